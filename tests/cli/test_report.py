"""The weekly report as a person or a CI job asks for it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said

FILES = ["findings.csv", "orders.csv", "report.html", "report.json", "report.md"]
PROJECT = """
[[source]]
files = "*.csv"
case = "order"
activity = "step"
timestamp = "at"
department = "team"
resource = "user"
reason = "why"
[activities]
"Enter" = { kind = "create", stage = "order" }
"Confirm" = { kind = "confirm", stage = "order" }
"Ship" = { kind = "deliver", stage = "deliver" }
"Complain" = { kind = "complaint", stage = "support" }
"Reject" = { kind = "reject", stage = "order" }
"""
MONDAY = dt.date(2026, 3, 2)
"""Of 2026-W10."""


def export(weeks: int, until: str = "9999") -> str:
    """Return orders of so many weeks, 30 a week, as they had been recorded before `until`.

    Every tenth is complained about 20 days after it was shipped, every fifteenth is rejected.
    """
    rows = ["order,step,at,team,user,why"]
    for week in range(weeks):
        for number in range(30):
            day = MONDAY + dt.timedelta(days=7 * week + number % 4)
            case = f"O{week:02}{number:02}"
            steps = [(0, "Enter", "Sales", ""), (0, "Confirm", "Sales", "")]
            if number % 15 == 14:
                steps.append((1, "Reject", "Credit", "limit"))
            else:
                steps.append((1, "Ship", "Logistics", ""))
                if number % 10 == 0:
                    steps.append((21, "Complain", "Service", ""))
            for at, (days, step, team, why) in enumerate(steps):
                stamp = f"{day + dt.timedelta(days=days)} {8 + at:02}:00"
                if stamp < until:
                    rows.append(f"{case},{step},{stamp},{team},u{number % 7},{why}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def make_log(ordermine: Callable[..., Said], tmp_path: Path) -> Callable[..., str]:
    """Return a function that makes a log in the working folder and gives its name."""

    def make(name: str, text: str) -> str:
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        (tmp_path / "ordermine.toml").write_text(PROJECT, encoding="utf-8")
        made = ordermine("ingest", f"{name}.csv", "--project", "ordermine.toml", "-o", name, "-q")
        assert made.code == 0, made.err
        return name

    return make


@pytest.fixture
def log(make_log: Callable[..., str]) -> str:
    return make_log("orders", export(10))


def result(folder: Path) -> dict[str, object]:
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert data["schema"] == "ordermine/report/1"
    found: dict[str, object] = data["result"]
    return found


def test_all_files_and_a_summary(ordermine: Callable[..., Said], log: str, tmp_path: Path) -> None:
    said = ordermine("report", log, "-o", "out", "-q")
    assert (said.code, said.err) == (0, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    assert said.out.startswith("orders: 2026-W")
    assert "right the first time" in said.out
    assert len((tmp_path / "out" / "report.md").read_text(encoding="utf-8").splitlines()) < 60
    as_json = ordermine("report", log, "-o", "out", "-q", "--force", "--format", "json")
    assert as_json.out == (tmp_path / "out" / "report.json").read_text(encoding="utf-8")


def test_a_folder_that_exists(ordermine: Callable[..., Said], log: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.md").write_text("mine", encoding="utf-8")
    said = ordermine("report", log, "-o", "out")
    assert said.code == 2
    assert "exists" in said.err
    assert [path.name for path in out.iterdir()] == ["report.md"]
    assert ordermine("report", log, "-o", "out", "-q", "--force").code == 0
    assert sorted(path.name for path in out.iterdir()) == FILES
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert ordermine("report", log, "-o", "file").code == 2


def test_weeks_that_cannot_be_told(ordermine: Callable[..., Said], log: str, tmp_path: Path) -> None:
    said = ordermine("report", log, "-o", "out", "--week", "2026-W09")
    assert said.code == 5
    assert "2026-W10" in said.err
    assert ordermine("report", log, "-o", "out", "--week", "last").code == 2
    assert not (tmp_path / "out").exists()


def test_a_log_shorter_than_maturity(
    ordermine: Callable[..., Said], make_log: Callable[..., str], tmp_path: Path
) -> None:
    log = make_log("short", export(2, until="2026-03-16"))
    said = ordermine("report", log, "-o", "out", "-q", "--as-of", "2026-03-16")
    assert said.code == 0
    # W11 ends on 15 March; 30 days later is 15 April.
    assert "not measurable yet" in said.out
    assert "15 April 2026" in " ".join(said.out.split())
    assert "15 April 2026" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    week = result(tmp_path / "out")["week"]
    assert week["matures_on"] == "2026-04-15"  # type: ignore[index]


def test_what_the_report_before_said(
    ordermine: Callable[..., Said], make_log: Callable[..., str], tmp_path: Path
) -> None:
    # Complaints come 20 days after shipping, in the fourth week: when the first report is made, W15 looks flawless.
    early = make_log("early", export(10, until="2026-04-20"))
    assert ordermine("report", early, "-o", "then", "-q", "--as-of", "2026-04-20").code == 0
    later = make_log("later", export(10, until="2026-05-04"))
    said = ordermine("report", later, "-o", "now", "-q", "--as-of", "2026-05-04", "--against", "then")
    assert said.code == 0, said.err
    weeks = {week["week"]: week for week in result(tmp_path / "now")["first_time_right"]["weeks"]}  # type: ignore[index]
    # Of 30 orders a week, 2 are rejected and 3 complained about.
    assert weeks["2026-W15"]["before"] == {"n": 30, "right": 28}
    assert (weeks["2026-W15"]["n"], weeks["2026-W15"]["right"]) == (30, 25)
    assert weeks["2026-W12"]["before"] == {"n": 30, "right": 25}
    text = (tmp_path / "now" / "report.md").read_text(encoding="utf-8")
    assert "2026-W15 93.3 % → 83.3 %" in text
    assert "2026-W12" not in text.split("Restated")[1].split("\n")[0]
    changes = result(tmp_path / "now")["changes"]
    assert (changes["week"], changes["found"]) == ("2026-W16", changes["sampled"])  # type: ignore[index]


def test_what_is_said_about_the_moment(ordermine: Callable[..., Said], log: str) -> None:
    # The last order of W19 is shipped on 8 May 2026, complaints follow until the 26th.
    said = ordermine("report", log, "-o", "out", "--as-of", "2026-05-07")
    assert "2026-W19 isn't over" in said.err
    assert "happened after 7 May 2026" in said.err


def test_the_same_report_again_changes_nothing(ordermine: Callable[..., Said], log: str, tmp_path: Path) -> None:
    assert ordermine("report", log, "-o", "one", "-q").code == 0
    assert ordermine("report", log, "-o", "two", "-q", "--against", "one/report.json").code == 0
    findings = result(tmp_path / "two")["findings"]
    assert {one["status"] for one in findings} == {"persisting"}  # type: ignore[attr-defined]


def test_reports_that_cannot_be_compared_with(
    ordermine: Callable[..., Said], log: str, make_log: Callable[..., str], tmp_path: Path
) -> None:
    assert ordermine("report", log, "-o", "one", "-q").code == 0
    text = (tmp_path / "one" / "report.json").read_text(encoding="utf-8")
    bad = {
        "missing.json": None,
        "text.json": "not JSON",
        "list.json": "[]",
        "other.json": '{"schema": "ordermine/discover/1"}',
        "version.json": text.replace("ordermine/report/1", "ordermine/report/2"),
        "damaged.json": text.replace('"weeks"', '"wax"'),
    }
    said = {}
    for name, content in bad.items():
        if content is not None:
            (tmp_path / name).write_text(content, encoding="utf-8")
        ended = ordermine("report", log, "-o", "two", "--against", name)
        assert ended.code == 2, name
        said[name] = ended.err
    assert "no such file" in said["missing.json"]
    assert "not a weekly report" in said["text.json"]
    assert "not a weekly report" in said["other.json"]
    assert "another version" in said["version.json"]
    assert "damaged" in said["damaged.json"]
    other = make_log("other", export(10).replace("O", "P"))
    ended = ordermine("report", other, "-o", "two", "--against", "one")
    assert ended.code == 2
    assert "another log" in ended.err
    assert not (tmp_path / "two").exists()


def test_a_log_in_which_little_can_be_measured(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    rows = ["case,activity,timestamp"]
    rows += [f"{n},{step},2026-03-{1 + n:02} {hour}:00" for n in range(25) for hour, step in ((10, "One"), (11, "Two"))]
    (tmp_path / "plain.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = ordermine("report", "plain.csv", "-o", "out", "-q")
    assert said.code == 0, said.err
    found = result(tmp_path / "out")
    assert found["counted"] == "all orders"
    assert "no step of this log concludes an order" in found["first_time_right"]  # type: ignore[operator]
    assert "departments are not recorded" in found["returns"]  # type: ignore[operator]
    assert "OM401" in {one["name"] for one in found["not_measured"]}  # type: ignore[attr-defined]


GATES = ("--gate", "ftr>=0.99", "--gate", "contact<=50%", "--gate", "ftr>=baseline")


@pytest.fixture
def gated(make_log: Callable[..., str]) -> str:
    """Return a log of so many weeks that a gate can say something: in each, 25 of 30 orders are right."""
    return make_log("gated", export(20))


def test_a_breached_gate_ends_with_4_and_a_report(ordermine: Callable[..., Said], gated: str, tmp_path: Path) -> None:
    said = ordermine("report", gated, "-o", "out", *GATES, "--format", "json")
    assert said.code == 4
    assert "gate ftr>=0.99 is breached: First-time-right" in said.err
    gates = json.loads(said.out)["result"]["gates"]
    assert [(gate["gate"], gate["outcome"]) for gate in gates] == [
        ("ftr>=0.99", "breached"),
        ("contact<=50%", "held"),
        ("ftr>=baseline", "held"),
    ]
    assert "gate `ftr>=0.99` **breached**" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "ftr&gt;=0.99" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    # A breach beats what can't be measured.
    also = ("--gate", "touchless>=0.5")
    assert ordermine("report", gated, "-o", "out", "--force", *GATES, *also).code == 4


def test_gates_that_hold_end_with_0(ordermine: Callable[..., Said], gated: str) -> None:
    said = ordermine("report", gated, "-o", "out", *GATES[2:])
    assert said.code == 0
    assert "contact<=50%: held" in said.out


@pytest.mark.parametrize(
    ("gate", "code", "message"),
    [
        ("touchless>=0.5", 5, "gate touchless>=0.5: "),
        ("touchles>=0.5", 2, "did you mean 'touchless'"),
        ("ftr>=90", 2, "not a share"),
    ],
)
def test_a_gate_that_asks_too_much_leaves_what_was_there(
    ordermine: Callable[..., Said], gated: str, tmp_path: Path, gate: str, code: int, message: str
) -> None:
    said = ordermine("report", gated, "-o", "out", "--gate", gate)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert not (tmp_path / "out").exists()


def test_findings_fail_unless_they_are_accepted(ordermine: Callable[..., Said], gated: str, tmp_path: Path) -> None:
    failing = ordermine("report", gated, "-o", "out", "--fail-on", "OM501", "--format", "github")
    assert failing.code == 4
    [line] = [line for line in failing.out.splitlines() if line.startswith("::error ")]
    assert "OM501" in line
    result = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["result"]
    [finding] = [one for one in result["findings"] if one["code"] == "OM501"]
    (tmp_path / "accepted.toml").write_text(
        f"[[accepted]]\nid = '{finding['id']}'\nreason = 'new limits'\nowner = 'Credit'\nexpires = 2030-01-01\n",
        encoding="utf-8",
    )
    gate = ("--fail-on", "OM501", "--accepted", "accepted.toml", "--force")
    accepted = ordermine("report", gated, "-o", "out", *gate, "--format", "junit")
    assert (accepted.code, 'failures="0"' in accepted.out) == (0, True)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "accepted by Credit until 2030-01-01: new limits" in page
