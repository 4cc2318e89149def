"""What the weekly report says, as values: numbers and names only, nothing worded or drawn.

Numbers about departments are None where they would be about too few orders or people, or give such a number away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ordermine.analyze.gates.verdict import GateVerdict
    from ordermine.analyze.measures.base import Measure
    from ordermine.analyze.measures.estimate import Estimate
    from ordermine.analyze.run import Analysis
    from ordermine.analyze.scorecard.scorecard import Scorecard
    from ordermine.analyze.weekly.matrix import Matrix
    from ordermine.findings.finding import Finding
    from ordermine.stats.control import Chart
    from ordermine.stats.intervals import Proportion

WEEKS_SHOWN: Final = 27
"""The week of the report and 26 weeks before it."""

Verdict = Literal["better", "worse", "no clear change"]
Status = Literal["new", "worse", "persisting", "better", "resolved"]


@dataclass(frozen=True, slots=True)
class ReportWeek:
    """The ISO week (UTC) that a report is about; its orders are those concluded in it."""

    name: str
    """E.g. ``2026-W46``."""
    monday: dt.date
    orders: int
    over: bool
    """Whether the week had ended as of the report."""
    mature: bool
    """Whether all of its orders have had time to prove wrong, so that its numbers are final."""
    matures_on: dt.date
    """First day on which they have."""
    unfinished: str | None
    """The week after it that holds orders and isn't over; None where there is none, or others lie between."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the matured weeks before the latest one say."""

    value: float
    """A share of all their orders; else the mean of the weeks' values."""
    n: int
    first_week: str
    last_week: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Change:
    """By how much the latest matured week differs from the matured weeks before it."""

    value: float
    low: float
    high: float
    """99 % interval of the difference, with the weeks' own variation in it."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class WeekValue:
    """A measure in one week."""

    week: str
    n: int
    value: float | None
    """None without orders."""
    mature: bool


@dataclass(frozen=True, slots=True)
class MeasureSaid:
    """One measure of orders."""

    measure: Measure
    overall: Estimate
    """Of all matured orders of the log."""
    latest: Estimate | None
    """Of the latest matured week with orders that it speaks of; None before any week has matured."""
    latest_week: str | None
    before: Before | None
    """Of the matured weeks before that one, as far back as the report looks."""
    change: Change | None
    """None where there is too little before to compare with."""
    of_week: Estimate
    """Of the report's own week."""
    weeks: tuple[WeekValue, ...]
    unseen: tuple[str, ...]
    """Signals that the log can't show: the true values are at most what is said."""


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A question that this log can't answer, and what would change that."""

    name: str
    """Of the measure, or code of the analyzer."""
    title: str
    reason: str
    needs: str
    """What to export, or to declare, to change that."""


@dataclass(frozen=True, slots=True)
class ChartWeek:
    """A week of the control chart of first-time-right, as it is known now and as the report before said."""

    week: str
    monday: dt.date
    n: int
    right: int
    mature: bool
    before: tuple[int, int] | None
    """Orders, and how many of them were right, in the report before; None where it didn't know the week."""


@dataclass(frozen=True, slots=True)
class FirstTimeRightChart:
    """First-time-right week by week."""

    weeks: tuple[ChartWeek, ...]
    chart: Chart | None
    """Laney's p′ chart of the same weeks; None where there is too little to compute limits from."""
    no_limits: str
    """Why there are none."""
    smallest_shift: float | None
    """Fall of the share that one week of usual size would have shown in four of five cases; None where none would."""
    unseen: tuple[str, ...]
    """Signals that the log can't show: first-time-right is at most what is said."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A finding, against the report before."""

    status: Status
    finding: Finding | None
    """As it is now; None where resolved."""
    before: EarlierFinding | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the report before."""

    week: str
    as_of: dt.datetime
    compared: tuple[Compared, ...]
    lost: tuple[EarlierFinding, ...]
    """Findings whose question this log can't answer any more."""
    newly_measurable: frozenset[str]
    """Codes of analyzers whose question the earlier log couldn't answer: what they find need not be new."""
    sampled: int
    found: int
    """How many of the sampled orders of the report before are in this log."""
    other_project: bool
    other_version: str | None


@dataclass(frozen=True, slots=True)
class EarlierFinding:
    """A finding as an earlier report says it."""

    id: str
    code: str
    subject: str
    message: str
    severity: str
    value: float
    unit: str
    low: float | None
    high: float | None
    cases: int
    of_cases: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier report, as far as a later one needs it."""

    week: str
    monday: dt.date
    as_of: dt.datetime
    filters: Mapping[str, str]
    sample: tuple[str, ...]
    version: str
    project_sha256: str
    weeks: Mapping[str, tuple[int, int]]
    """Week → orders, and how many of them were right the first time."""
    findings: Mapping[str, EarlierFinding]
    skipped: frozenset[str]
    """Codes of analyzers that its log gave no answer to."""


@dataclass(frozen=True, slots=True)
class Rejections:
    """Rejected orders and what became of them."""

    rejected: Proportion
    """Of all orders."""
    in_week: int
    """Orders rejected (for the last time) in the report's week."""
    outcomes: tuple[tuple[str, int], ...]
    """Outcome → orders, most first."""
    days_lost: float | None
    """Median days until an order was back at work, of those that came back."""
    reasons: tuple[tuple[str, int], ...]
    """Reason → orders, most first, those with fewer than ten orders left out."""
    departments: tuple[tuple[str, int | None], ...]
    """Rejecting department → orders."""
    without_department: int
    resubmission_seen: bool
    """Whether the log can show that an order was entered anew under another number."""


@dataclass(frozen=True, slots=True)
class HandoffWait:
    """Waiting between two departments."""

    source: str
    target: str
    handoffs: int
    median_s: float
    p90_s: float
    part: float
    """Of all waiting between departments."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where orders wait between departments, the most first."""

    waits: tuple[HandoffWait, ...]
    more: int
    """Pairs that aren't shown."""


@dataclass(frozen=True, slots=True)
class OriginShare:
    """Errors that started in a department, and those that it noticed."""

    department: str
    started: int | None
    noticed: int | None
    share: Proportion | None
    """Of the errors whose origin is known; None where hidden."""
    bounds: tuple[float, float] | None
    """Share of all errors if none, and if all, of those without a known origin started there."""
    rate: Proportion | None
    """Of the fields that it wrote in matured orders."""


@dataclass(frozen=True, slots=True)
class OriginsSaid:
    """Where errors start, against where they are noticed."""

    errors: int
    attributed: int
    unattributable: tuple[tuple[str, int], ...]
    """Reason → errors."""
    change_requests: int
    departments: tuple[OriginShare, ...]
    matrix: Matrix
    """Started in (rows) by noticed by (columns)."""


ReasonKind = Literal[
    "stuck",
    "rejected_open",
    "block_set",
    "rejected",
    "correction",
    "re_entry",
    "credit",
    "contact",
    "exception",
    "rally",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why to look at an order."""

    kind: ReasonKind
    what: str = ""
    """The step or block that it is about."""


@dataclass(frozen=True, slots=True)
class OrderToSee:
    """An order to look at, and why."""

    case_id: str
    points: int
    reasons: tuple[Reason, ...]
    amount: float | None
    currency: str | None
    last_step: str
    last_event: dt.datetime
    concluded_in_week: bool


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """Everything that the weekly report says. What has no value is a sentence that says why it can't be measured."""

    week: ReportWeek
    as_of: dt.datetime
    later_events: int
    """Events after that moment. They are in the log, and count."""
    version: str
    project_sha256: str
    maturity_days: float
    concluded: bool
    """Whether orders are counted in the week of their conclusion; of their last event where no step concludes them."""
    orders: int
    latest_mature: str | None
    """The latest matured week that the report looks at."""
    measures: tuple[MeasureSaid, ...]
    scorecard: Scorecard | str
    first_time_right: FirstTimeRightChart | str
    analysis: Analysis
    """Findings over all orders of the log, as of the report."""
    changes: Changes | None
    rejections: Rejections | str
    returns: Matrix | str
    """How often a department (row) got orders straight back from another (column)."""
    origins: OriginsSaid | str
    waiting: Waiting | str
    orders_to_see: tuple[OrderToSee, ...]
    not_measured: tuple[NotMeasured, ...]
    sample: tuple[str, ...]
    """Digests of some orders, by which a later report recognises the log."""
    gates: tuple[GateVerdict, ...] = ()

    def measure(self, name: str) -> MeasureSaid | None:
        """Return what is said of a measure; None where it can't be measured."""
        return next((one for one in self.measures if one.measure.name == name), None)
