"""Laws that hold for every analyzer, the execution of the pages' examples, and the completeness of the registry."""

from __future__ import annotations

import datetime as dt
import math
import random
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from ordermine.analyze.base import SECTIONS, Analyzer, Context, Measured
from ordermine.analyze.registry import ANALYZERS
from ordermine.eventlog.manifest import Ledger
from ordermine.findings.finding import MAX_EVIDENCE, SEVERITIES, Finding

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log

Event: TypeAlias = dict[str, str]
MakeLog: TypeAlias = Callable[..., "Log"]

ROOT = Path(__file__).parents[2]
PROVENANCE = ("source_file", "source_row")
CALENDAR_COUNTS = ("could_be_swapped", "sound", "control_share")
"""Totals that say how many dates are up to the 12th of a month."""

every_analyzer = pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda one: one.code)


# ----------------------------------------------------------------------------------------------- completeness


def files_on_disk() -> list[Path]:
    return sorted((ROOT / "src/ordermine/analyze").glob("*/om[0-9][0-9][0-9]_*.py"), key=lambda path: path.name)


def module_path(analyzer: Analyzer) -> str:
    return analyzer.judge.__module__.replace(".", "/") + ".py"


def test_registry_lists_every_file_in_code_order() -> None:
    assert [module_path(one) for one in ANALYZERS] == [str(f.relative_to(ROOT / "src")) for f in files_on_disk()]
    assert len({one.code for one in ANALYZERS}) == len(ANALYZERS)


@every_analyzer
def test_file_is_named_by_code_and_has_a_mirrored_test(analyzer: Analyzer) -> None:
    path = Path(module_path(analyzer))
    assert path.name.startswith(analyzer.code.lower() + "_")
    mirrored = ROOT / "tests/analyze" / path.parent.name / f"test_{path.name}"
    assert mirrored.exists(), f"write {mirrored.relative_to(ROOT)}"


@every_analyzer
def test_page_is_complete(analyzer: Analyzer) -> None:
    assert analyzer.summary.endswith(".")
    empty = [title for title in SECTIONS if not analyzer.section(title)]
    assert not empty
    assert re.findall(r"^(\w+)\n-{3,}$", analyzer.doc, re.MULTILINE) == list(SECTIONS)
    for name in analyzer.thresholds():
        assert name in analyzer.section("Thresholds")


# --------------------------------------------------------------------------------------------------- examples


class Example:
    """An executable example: a table of events, perhaps a project file, what must come out."""

    def __init__(self, text: str) -> None:
        self.events: list[Event] = []
        self.project = ""
        self.thresholds: dict[str, Any] = {}
        self.rows: list[dict[str, str]] = []
        self.totals: dict[str, str] = {}
        self.findings: list[tuple[str, str]] = []
        self.no_finding = False
        self._read(text)

    def _read(self, text: str) -> None:
        header: list[str] = []
        lines = text.splitlines()
        while lines:
            line = lines.pop(0)
            if line.startswith("|"):
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if not header:
                    header = cells
                elif set("".join(cells)) != {"-"}:
                    self.events.append(dict(zip(header, cells, strict=True)))
                continue
            header = []
            word, _, rest = line.partition(":")
            if line == "project:":
                block = []
                while lines and (not lines[0].strip() or lines[0].startswith(" ")):
                    block.append(lines.pop(0))
                self.project = textwrap.dedent("\n".join(block))
            elif word == "row":
                self.rows.append(pairs(rest))
            elif word == "totals":
                self.totals |= pairs(rest)
            elif word == "thresholds":
                self.thresholds = {name: float(value) for name, value in pairs(rest).items()}
            elif word == "finding":
                subject, _, value = rest.strip().rpartition(" ")
                self.findings.append((subject, value))
            elif line.startswith("no finding"):
                self.no_finding = True


def pairs(text: str) -> dict[str, str]:
    """Read ``name=value, name=value``; a value may contain commas."""
    return dict(part.partition("=")[::2] for part in re.split(r",\s+(?=\w+=)", text.strip()))


def same(expected: str, found: Any) -> bool:
    if isinstance(found, dt.datetime):
        found = found.replace(tzinfo=None).isoformat(" ")
    if found is None or isinstance(found, bool):
        return expected == {None: "null", True: "true", False: "false"}[found]
    if isinstance(found, int | float):
        decimals = len(expected.partition(".")[2])
        return math.isclose(float(expected), found, abs_tol=0.51 * 10**-decimals if decimals > 2 else 1e-9)
    return expected == (", ".join(map(str, found)) if isinstance(found, list) else str(found))


@every_analyzer
def test_example_is_true(analyzer: Analyzer, make_log: MakeLog) -> None:
    example = Example(analyzer.section("Example"))
    assert example.events, "the example has no table of events"
    assert example.rows or example.totals or example.findings or example.no_finding, "the example claims nothing"
    log = make_log(example.events, example.project)
    measured = analyzer.measure(log)
    if example.rows:
        assert len(measured.rows) == len(example.rows), measured.rows
    for expected, row in zip(example.rows, measured.rows, strict=False):
        assert not [(k, v, row.get(k)) for k, v in expected.items() if not same(v, row[k])], row
    assert not [(k, v) for k, v in example.totals.items() if not same(v, measured.totals[k])], measured.totals
    if example.findings or example.no_finding:
        kinds = {name: type(value) for name, value in asdict(analyzer.params).items()}
        chosen = {name: kinds[name](value) for name, value in example.thresholds.items()}
        params = replace(analyzer.params, **chosen)
        found = list(analyzer.judge(measured, params, Context(log)))
        assert [one.subject for one in found] == [subject for subject, _ in example.findings]
        for one, (_, value) in zip(found, example.findings, strict=True):
            assert same(value, one.value), one


# ------------------------------------------------------------------------------------------------------- laws

STEPS = {
    "Enter order": ("create", "order", "Sales"),
    "Submit order": ("submit", "order", "Sales"),
    "Check credit": ("approve", "credit", "Credit"),
    "Turn down": ("reject", "order", "Finance"),
    "Take back": ("restore", "order", "Finance"),
    "Promise date": ("confirm", "order", "Desk"),
    "Edit price": ("change", "order", "Desk"),
    "Edit address": ("change", "order", "Service"),
    "Set hold": ("block", "order", "Credit"),
    "Lift hold": ("unblock", "order", "Credit"),
    "Talk to client": ("contact", "support", "Service"),
    "Client complains": ("complaint", "support", "Service"),
    "Nightly sync": ("system", "order", "Robot"),
    "Hand out goods": ("deliver", "deliver", "Logistics"),
    "Bill": ("invoice", "invoice", "Finance"),
    "Give credit": ("credit", "invoice", "Finance"),
    "Call off": ("cancel", "order", "Sales"),
    "Goods come back": ("return", "deliver", "Logistics"),
    "Money comes": ("pay", "pay", "Finance"),
}
PATH = [
    "Enter order",
    "Submit order",
    "Check credit",
    "Promise date",
    "Nightly sync",
    "Hand out goods",
    "Bill",
    "Money comes",
]
DETOURS = (
    ("Submit order", "Turn down, Take back"),
    ("Submit order", "Turn down, Enter order, Submit order"),
    ("Submit order", "Turn down"),
    ("Check credit", "Set hold, Lift hold, Set hold, Lift hold"),
    ("Check credit", "Submit order, Check credit, Submit order, Check credit"),
    ("Promise date", "Edit price, Edit address"),
    ("Promise date", "Edit price, Check credit, Edit price"),
    ("Promise date", "Talk to client, Edit address"),
    ("Promise date", "Call off"),
    ("Promise date", "Promise date"),
    ("Hand out goods", "Client complains, Edit price, Goods come back, Hand out goods"),
    ("Bill", "Give credit, Bill"),
)
ENDINGS = ("Turn down", "Call off")


def project_text(rename: Callable[[str], str] = str) -> str:
    steps = "\n".join(f'"{rename(n)}" = {{ kind = "{k}", stage = "{s}" }}' for n, (k, s, _) in STEPS.items())
    return f"""
[activities]
{steps}
[departments]
system = ["{rename("Robot")}"]
[required]
order = ["ship_to", "price"]
[expected]
repeat = ["{rename("Promise date")}"]
loops = [["{rename("Credit")}", "{rename("Sales")}"]]
[calendar]
hours = "08:00-17:00"
"""


def journeys(count: int = 240) -> list[Event]:
    """Return orders on which every analyzer has something to measure; no two events share their time."""
    dice = random.Random(5)
    events: list[Event] = []
    begin = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    for number in range(count):
        steps = list(PATH)
        for after, detour in dice.sample(DETOURS, dice.choice((0, 0, 1, 2))):
            if after in steps:
                added = detour.split(", ")
                at = steps.index(after) + 1
                steps = [*steps[:at], *added] if added[-1] in ENDINGS else [*steps[:at], *added, *steps[at:]]
        if dice.random() < 0.1:
            steps = steps[: dice.randint(1, len(steps))]
        if dice.random() < 0.15 and len(steps) > 4:
            del steps[2]
        events += _order(number, steps, begin + dt.timedelta(hours=number // 2 * 6), dice)
    return events


def _order(number: int, steps: Sequence[str], now: dt.datetime, dice: random.Random) -> list[Event]:
    earlier = number - 6
    fields = {"price": "100", "ship_to": "1 Main St"}
    written = []
    for position, step in enumerate(steps):
        now += dt.timedelta(minutes=dice.choice((7, 45, 300, 1500, 9000)))
        department = STEPS[step][2]
        event = {
            "case": f"O{number:03d}",
            "activity": step,
            # Seconds and microseconds say which event it is, so no two are at the same time.
            "at": (now + dt.timedelta(microseconds=number * 64 + position)).isoformat(),
            "department": "" if dice.random() < 0.03 else department,
            "resource": f"{department} {dice.randint(1, 6)}",
            "actor_type": "system" if department == "Robot" else "human",
            "customer": f"C{number % 6}",
            "item": f"I{number % 12 // 6}",
            "amount": str(500 + number % 6 * 50),
            "channel": "web" if number % 3 else "phone",
            "region": "north" if number % 2 else "south",
            "reference": f"O{earlier:03d}" if number % 4 == 0 and earlier >= 0 and not position else "",
            "reason": dice.choice(("price", "credit", "")) if step in ("Turn down", "Set hold") else "",
            "object_type": "order",
            "object_id": f"D{number:03d}",
            "field": "",
            "old": "",
            "new": "",
        }
        written.append(event)
        changed = {"Enter order": "price", "Submit order": "ship_to", "Edit price": "price", "Edit address": "ship_to"}
        if field := changed.get(step):
            old = fields[field] if position > 1 else ""
            fields[field] = f"{fields[field]}{dice.choice(('', '0', '5'))}"
            event |= {"field": field, "old": old, "new": fields[field]}
    return written


Answer: TypeAlias = "tuple[Measured, list[Finding]]"
BaseAnswer: TypeAlias = Callable[[Analyzer], Answer]


def answer(analyzer: Analyzer, log: Log) -> Answer:
    measured = analyzer.measure(log)
    return measured, list(analyzer.judge(measured, analyzer.params, Context(log)))


def comparable(found: Answer, mapped: Callable[[Any], Any] = lambda value: value) -> tuple[Any, ...]:
    """Return an answer with every value mapped, without the rows of the export that it names."""
    measured, findings = found
    rows = [{n: mapped(v) for n, v in row.items() if n not in PROVENANCE} for row in measured.rows]
    claims = [{n: mapped(v) for n, v in asdict(one).items()} for one in findings]
    return rows, {n: mapped(v) for n, v in measured.totals.items()}, claims


# Every log of the laws is made and opened once, so that views are made once for all analyzers.


@pytest.fixture(scope="module")
def base_log(make_log: MakeLog) -> Log:
    return make_log(journeys(), project_text())


@pytest.fixture(scope="module")
def base_answer(base_log: Log) -> BaseAnswer:
    known: dict[str, Answer] = {}

    def look_up(analyzer: Analyzer) -> Answer:
        if analyzer.code not in known:
            known[analyzer.code] = answer(analyzer, base_log)
        return known[analyzer.code]

    return look_up


@pytest.fixture(scope="module")
def shuffled_log(make_log: MakeLog) -> Log:
    shuffled = journeys()
    random.Random(3).shuffle(shuffled)
    return make_log(shuffled, project_text(), threads=1)


WEEKS = dt.timedelta(weeks=5)


@pytest.fixture(scope="module")
def moved_log(make_log: MakeLog) -> Log:
    moved = [{**e, "at": (dt.datetime.fromisoformat(e["at"]) + WEEKS).isoformat()} for e in journeys()]
    return make_log(moved, project_text())


def renamed(name: str) -> str:
    return f"§{name}" if name else name


@pytest.fixture(scope="module")
def renamed_log(make_log: MakeLog) -> Log:
    both = [{**e, "activity": renamed(e["activity"]), "department": renamed(e["department"])} for e in journeys()]
    return make_log(both, project_text(renamed))


TWIN = "-twin"


@pytest.fixture(scope="module")
def doubled_log(make_log: MakeLog) -> Log:
    own = ("case", "customer", "reference", "object_id")
    twins = [{**e, **{name: e[name] + TWIN for name in own if e[name]}} for e in journeys()]
    return make_log([*journeys(), *twins], project_text())


@pytest.fixture(scope="module")
def one_thread_log(make_log: MakeLog) -> Log:
    return make_log(journeys(), project_text(), threads=1)


@pytest.fixture(scope="module")
def one_event_log(make_log: MakeLog) -> Log:
    event = {**journeys(1)[0], "reason": "price", "reference": "O9", "new": "1", "old": "2", "field": "price"}
    return make_log([event], project_text())


@every_analyzer
def test_laws_are_tried_on_a_log_that_every_analyzer_can_measure(analyzer: Analyzer, base_log: Log) -> None:
    assert analyzer.missing(base_log) == ""


@every_analyzer
def test_measure_keeps_what_it_declares(analyzer: Analyzer, base_answer: BaseAnswer) -> None:
    measured, _ = base_answer(analyzer)
    for row in measured.rows:
        assert list(row) == list(analyzer.columns)
        for name, unit in analyzer.columns.items():
            value = row[name]
            if value is None:
                continue
            if unit == "share":
                assert 0 <= value <= 1, (name, value)
            elif unit == "count":
                assert type(value) is int, (name, value)
                assert value >= 0, (name, value)
            elif unit == "text":
                assert isinstance(value, str | bool | dt.datetime), (name, value)
            else:
                assert isinstance(value, int | float), (name, value)
                assert math.isfinite(value), (name, value)
    for name, value in measured.totals.items():
        assert value is None or isinstance(value, bool | int | float | str), (name, value)


@every_analyzer
def test_findings_keep_their_promises(analyzer: Analyzer, base_log: Log) -> None:
    cases = {row[0] for row in base_log.rows("SELECT case_id FROM cases")}
    people = {row[0] for row in base_log.rows("SELECT DISTINCT resource FROM events WHERE resource IS NOT NULL")}
    findings = analyzer.run(base_log)
    assert len({one.id for one in findings}) == len(findings)
    for one in findings:
        assert (one.code, one.name) == (analyzer.code, analyzer.name)
        assert one.severity in SEVERITIES
        assert one.low is None or one.low <= one.value
        assert one.high is None or one.high >= one.value
        assert 0 <= one.cases <= one.of_cases
        assert len(one.evidence) <= MAX_EVIDENCE
        assert set(one.evidence) <= cases
        assert set(one.thresholds) <= set(analyzer.thresholds())
        assert one.definition
        assert not [person for person in people if person in one.message + one.subject]


@every_analyzer
def test_shuffling_the_rows_changes_nothing(analyzer: Analyzer, base_answer: BaseAnswer, shuffled_log: Log) -> None:
    assert comparable(answer(analyzer, shuffled_log)) == comparable(base_answer(analyzer))


@every_analyzer
def test_moving_the_calendar_by_whole_weeks_only_moves_dates(
    analyzer: Analyzer, base_answer: BaseAnswer, moved_log: Log
) -> None:
    def back(value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return value - WEEKS
        if isinstance(value, str):
            return re.sub(r"\b\d{4}-\d\d-\d\d(?=\b|T)", lambda f: str(dt.date.fromisoformat(f[0]) - WEEKS), value)
        return value

    other, base = comparable(answer(analyzer, moved_log), back), comparable(base_answer(analyzer))
    for _, totals, _ in (other, base):
        for name in [name for name in totals if name.startswith(CALENDAR_COUNTS)]:
            del totals[name]
    assert other == base


@every_analyzer
def test_renaming_steps_and_departments_only_renames(
    analyzer: Analyzer, base_answer: BaseAnswer, renamed_log: Log
) -> None:
    def back(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("§", "")
        return [back(one) for one in value] if isinstance(value, list | tuple) else value

    assert comparable(answer(analyzer, renamed_log), back) == comparable(base_answer(analyzer), back)


@every_analyzer
def test_doubling_every_order_changes_no_share(analyzer: Analyzer, base_answer: BaseAnswer, doubled_log: Log) -> None:
    measured, findings = base_answer(analyzer)
    measured_twice, findings_twice = answer(analyzer, doubled_log)
    kept = [name for name, unit in analyzer.columns.items() if unit in ("text", "share") and name not in PROVENANCE]

    def shares(rows: Sequence[dict[str, Any]]) -> set[tuple[str, ...]]:
        def shown(value: Any) -> str:
            return f"{value:.9f}" if isinstance(value, float) else str(value).replace(TWIN, "")

        return {tuple(shown(row[name]) for name in kept) for row in rows}

    assert shares(measured_twice.rows) == shares(measured.rows)
    for name, value in measured.totals.items():
        if name.endswith(("share", "rate")):
            assert measured_twice.totals[name] == pytest.approx(value)
    twice = {one.subject: one for one in findings_twice}
    for one in findings:
        if one.unit == "share" and one.subject in twice:
            assert twice[one.subject].value == pytest.approx(one.value)


@every_analyzer
def test_threads_change_nothing(analyzer: Analyzer, base_answer: BaseAnswer, one_thread_log: Log) -> None:
    assert comparable(answer(analyzer, one_thread_log)) == comparable(base_answer(analyzer))


@every_analyzer
def test_empty_log_is_not_measurable(analyzer: Analyzer, base_log: Log) -> None:
    empty = replace(base_log, manifest=replace(base_log.manifest, ledger=Ledger(1, 0, 0, {"no case": 1}), recorded=()))
    assert analyzer.missing(empty) == "the log is empty"


@every_analyzer
def test_log_of_one_event_gives_no_finding_but_on_its_quality(analyzer: Analyzer, one_event_log: Log) -> None:
    found = analyzer.run(one_event_log)
    if not analyzer.code.startswith("OM0"):
        assert found == []
