"""Compares what ordermine found in a simulated log with the truth that was planted in it.

`score` takes a scenario's truth and the results that `NEEDED` names for it, as plain values in the shapes of the
JSON outputs, and returns scores. `average` pools the scores of several seeds. Which entry is compared with which:

* **Errors and omissions** match one to one when order, field and wrong value agree; fields without their
  object (an error may be found in any copy), values by meaning. An entry is right if it also names the true
  origin. True are the errors that somebody has corrected by the export; precision is of those with a named origin.
* **Recall** of origins counts every true error that a department planted, also where its first write left no trace.
* **Loops** are compared by totals; rallies order by order, by departments and length; unproductive returns by
  their number in each order.
* **Rejections** are compared order by order, with the last rejection of each; links as pairs of orders.
* **Flags** are findings of OM601 with severity warning or error; their subject is a department.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ordermine.errors import InputError, UsageError, near
from ordermine.simulate.journey import bare
from ordermine.simulate.master_data import meaning

if TYPE_CHECKING:
    from collections.abc import Callable

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """A measure of how well ordermine did, as a ratio, so that the scores of several seeds can be pooled."""

    name: str
    hits: float
    of: float = 1
    at_least: float | None = None
    """What the value must reach; None: no target."""
    at_most: float | None = None
    """What the value must not exceed in size, whatever its sign; None: no target."""

    @property
    def value(self) -> float | None:
        """Hits ÷ of; None where there was nothing to count."""
        return self.hits / self.of if self.of else None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is no target or no value."""
        if self.value is None or self.at_least is self.at_most is None:
            return None
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or abs(self.value) <= self.at_most
        )


NEEDED: Mapping[str, Sequence[str]] = {
    "control": ("findings",),
    "origins": ("origins", "errors"),
    "origins-documents": ("origins", "errors"),
    "omission": ("errors",),
    "loops": ("OM401", "OM402", "OM403", "OM404"),
    "loops-day": ("OM401", "OM402", "OM403"),
    "rejections": ("OM501",),
    "mix": ("findings",),
    "maturity": ("ftr", "weeks"),
}
"""Scenario → results that `score` compares.

``findings`` is the list of ``analyze``, ``origins`` and ``ftr`` the results of these commands, ``errors`` the rows of
``origins --errors``, a code the result of ``measure`` (``rows`` and ``totals``); ``weeks`` are the weeks for
which first-time-right is reported, each with ``week, n, rate``.
"""

_LOOPS = ("handoffs", "returns", "rallies", "long_loops")
_SECTIONS: Mapping[str, Sequence[str]] = {"loops": _LOOPS, "loops-day": _LOOPS, "mix": ("worse",), "maturity": ("ftr",)}
"""Scenario → sections that its truth has beside those of every truth."""


def needed_for(truth: Row) -> Sequence[str]:
    """Return the results that are compared with a truth.

    Raises
    ------
    UsageError
        Its scenario has no scores.
    """
    scenario = str(truth["scenario"])
    if scenario not in NEEDED:
        raise UsageError(f"no scores for scenario {scenario!r}", hint=near(scenario, NEEDED))
    return NEEDED[scenario]


def score(truth: Row, results: Mapping[str, Any]) -> list[Score]:
    """Return the scores of a scenario's results.

    Parameters
    ----------
    truth
        Content of the scenario's ``truth.json``.
    results
        What `NEEDED` names for the scenario.

    Raises
    ------
    UsageError
        The scenario has no scores, or a result is missing.
    InputError
        The truth lacks what its scenario has.
    """
    scenario = truth["scenario"]
    missing = [name for name in needed_for(truth) if name not in results]
    if missing:
        raise UsageError(
            f"can't score {scenario!r} without {' and '.join(missing)}",
            hint="pass the results that NEEDED names for the scenario",
        )
    absent = [section for section in _SECTIONS.get(scenario, ()) if section not in truth]
    if absent:
        raise InputError(f"the truth of {scenario!r} has no {', '.join(absent)}", hint="simulate the scenario again")
    return _SCORERS[scenario](truth, *(results[name] for name in NEEDED[scenario]))


def average(runs: Iterable[Iterable[Score]]) -> list[Score]:
    """Return the scores of several seeds pooled: all hits ÷ everything there was to hit."""
    pooled: dict[str, Score] = {}
    for scores in runs:
        for one in scores:
            sofar = pooled.get(one.name, Score(one.name, 0, 0))
            hits, of = sofar.hits + one.hits, sofar.of + one.of
            pooled[one.name] = Score(one.name, hits, of, one.at_least, one.at_most)
    return list(pooled.values())


def score_origins(truth: Row, origins: Row, errors: Sequence[Row]) -> list[Score]:
    """Score the origins of errors: who is named, how often nobody is, and whether the shares are right."""
    planted = _noticed(truth, "error")
    by_department = [error for error in planted if error["originated_by"]]
    reported = [row for row in errors if row["class"] == "error"]
    named = [row for row in reported if row["originated_by"]]
    right = sum(row["originated_by"] == error["originated_by"] for row, error in _matched(named, planted))
    true_shares = _shares(by_department)
    inside = [
        row["share_low"] <= true_shares.get(row["department"], 0.0) <= row["share_high"]
        for row in origins["departments"]
        if row.get("share_low") is not None
    ]
    return [
        Score("precision", right, len(named), at_least=0.85),
        Score("recall", right, len(by_department), at_least=0.75),
        Score("no origin named", len(reported) - len(named), len(reported)),
        Score("distance of shares", _distance(true_shares, _shares(named)), at_most=0.07),
        Score("shares within their interval", sum(inside), len(inside), at_least=0.93),
    ]


def score_omission(truth: Row, errors: Sequence[Row]) -> list[Score]:
    """Score the omissions: which gaps are found, with the department that left them."""
    planted = _noticed(truth, "omission")
    reported = [row for row in errors if row["class"] == "omission"]
    pairs = _matched([{**row, "wrong_value": ""} for row in reported], planted)
    right = sum(row["originated_by"] == gap["originated_by"] for row, gap in pairs)
    return [Score("F1", 2 * right, len(reported) + len(planted), at_least=0.9)]


def score_loops(truth: Row, om401: Row, om402: Row, om403: Row, om404: Row) -> list[Score]:
    """Score returns, rallies and long loops, which must be exact, and unproductive returns."""
    totals = {**om401["totals"], **om403["totals"]}
    true_rallies, rallies = (Counter(map(_rally, rows)) for rows in (truth["rallies"], om402["rows"]))
    differing = (true_rallies - rallies).total() + (rallies - true_rallies).total()
    wasted = _count_by_case(row for row in truth["returns"] if row["unproductive"])
    reported = _count_by_case(om404["rows"])
    return [
        *(
            Score(f"{name}: difference", abs(totals[name] - true), at_most=0)
            for name, true in _loop_totals(truth).items()
            if name in totals
        ),
        Score("rallies: differing", differing, at_most=0),
        Score(
            "unproductive returns: F1",
            2 * (wasted & reported).total(),
            wasted.total() + reported.total(),
            at_least=0.95,
        ),
    ]


def score_loops_by_day(truth: Row, om401: Row, om402: Row, om403: Row) -> list[Score]:
    """Score the ranges of totals: whether the truth lies in them, and how wide they are."""
    totals = {**om401["totals"], **om402["totals"], **om403["totals"]}
    ranges = {
        name: (totals[f"{name}_low"], true, totals[f"{name}_high"])
        for name, true in _loop_totals(truth).items()
        if f"{name}_low" in totals
    }
    inside = sum(low <= true <= high for low, true, high in ranges.values())
    return [
        Score("truth within the range", inside, len(ranges), at_least=0.95),
        *(Score(f"{name}: width of the range ÷ truth", high - low, true) for name, (low, true, high) in ranges.items()),
    ]


def score_rejections(truth: Row, om501: Row) -> list[Score]:
    """Score what became of rejected orders, and the links to those that were entered anew."""
    true = {entry["case_id"]: entry for entry in truth["rejections"]}
    reported = {row["case_id"]: row for row in om501["rows"]}
    true_links = {(case, entry["resubmitted_as"]) for case, entry in true.items() if entry["resubmitted_as"]}
    links = {(case, row["resubmitted_as"]) for case, row in reported.items() if row["resubmitted_as"]}
    right = [case in reported and reported[case]["outcome"] == entry["outcome"] for case, entry in true.items()]
    censored = [case for case, entry in true.items() if entry["outcome"] == "open" and case in reported]
    given_up = sum(reported[case]["outcome"] == "abandoned" for case in censored)
    return [
        Score("links: precision", len(links & true_links), len(links), at_least=0.9),
        Score("links: recall", len(links & true_links), len(true_links), at_least=0.85),
        Score("outcomes right", sum(right), len(right), at_least=0.95),
        Score("open orders called abandoned", given_up, len(censored), at_most=0),
        Score("orders never rejected", len(reported.keys() - true.keys()), len(reported), at_most=0),
    ]


def score_mix(truth: Row, findings: Sequence[Row]) -> list[Score]:
    """Score which departments are flagged: the false ones among the flags, and those found among the worse."""
    worse = {entry["department"] for entry in truth["worse"]}
    flags = _flags(findings)
    return [
        Score("false discoveries", len(flags - worse), len(flags), at_most=0.1),
        Score("worse departments found", len(flags & worse), len(worse), at_least=0.8),
    ]


def score_maturity(truth: Row, ftr: Row, weeks: Sequence[Row]) -> list[Score]:
    """Score first-time-right against what will have become of the orders, and a trend where there is none."""
    rate, true = ftr["first_time_right"]["rate"], truth["ftr"]["rate"]
    known = rate is not None and true is not None
    last, before = (
        (sum(week["n"] * week["rate"] for week in some), sum(week["n"] for week in some))
        for some in (weeks[-4:], weeks[:-4])
    )
    comparable = bool(last[1] and before[1])
    trend = last[0] / last[1] - before[0] / before[1] if comparable else 0.0
    return [
        Score("first-time-right: difference", abs(rate - true) if known else 0, float(known), at_most=0.01),
        Score("last four weeks − weeks before", trend, float(comparable), at_most=0.01),
    ]


def score_control(truth: Row, findings: Sequence[Row]) -> list[Score]:
    """Score whether all departments are left in peace."""
    return [Score("no department flagged", not _flags(findings), at_least=0.9)]


_SCORERS: Mapping[str, Callable[..., list[Score]]] = {
    "control": score_control,
    "origins": score_origins,
    "origins-documents": score_origins,
    "omission": score_omission,
    "loops": score_loops,
    "loops-day": score_loops_by_day,
    "rejections": score_rejections,
    "mix": score_mix,
    "maturity": score_maturity,
}


def label(truth: Row, sample: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows of an audit sample with ``true_department``, as people would label it who know the truth.

    It is empty where no department is the origin: what the row reports is no error, or was wrong from the start.
    """
    rows = list(sample)
    pairs = {id(row): error for row, error in _matched(rows, _noticed(truth, "error"))}
    return [{**row, "true_department": pairs.get(id(row), {}).get("originated_by") or ""} for row in rows]


def _noticed(truth: Row, kind: str) -> list[Row]:
    return [entry for entry in truth["errors"] if entry["class"] == kind and entry["detected_by"]]


def _matched(reported: Iterable[Row], planted: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Return the pairs of entries that speak of the same error; each entry is in one pair at most."""
    waiting = defaultdict(list)
    for error in planted:
        waiting[_place(error)].append(error)
    return [(row, waiting[_place(row)].pop(0)) for row in reported if waiting[_place(row)]]


def _place(entry: Row) -> tuple[str, str, str]:
    return entry["case_id"], bare(entry["field"]), meaning(entry["wrong_value"] or "")


def _shares(errors: Sequence[Row]) -> dict[str, float]:
    return {
        department: number / len(errors)
        for department, number in Counter(error["originated_by"] for error in errors).items()
    }


def _distance(true: Mapping[str, float], reported: Mapping[str, float]) -> float:
    """Return the total variation distance of two distributions: 0 where they agree, 1 where nothing overlaps."""
    return sum(abs(true.get(key, 0.0) - reported.get(key, 0.0)) for key in sorted({*true, *reported})) / 2


def _loop_totals(truth: Row) -> dict[str, int]:
    """Return the true totals under the names of the analyzers'."""
    return {
        "handoffs": truth["handoffs"],
        "returns": len(truth["returns"]),
        "cases_with_return": len({row["case_id"] for row in truth["returns"]}),
        "rallies": len(truth["rallies"]),
        "cases_with_rally": len({row["case_id"] for row in truth["rallies"]}),
        "long_loops": len(truth["long_loops"]),
        "cases_with_long_loop": len({row["case_id"] for row in truth["long_loops"]}),
    }


def _rally(row: Row) -> tuple[str, frozenset[str], int]:
    return row["case_id"], frozenset((row["a"], row["b"])), row["returns"]


def _count_by_case(rows: Iterable[Row]) -> Counter[str]:
    """Return order → unproductive returns, whether a row stands for one return or for several."""
    numbers = Counter[str]()
    for row in rows:
        numbers[row["case_id"]] += int(row.get("unproductive", 1))
    return numbers


def _flags(findings: Iterable[Row]) -> set[str]:
    return {
        finding["subject"]
        for finding in findings
        if finding["code"] == "OM601" and finding["severity"] in ("warning", "error")
    }
