"""One claim about a log, with the number it rests on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["info", "warning", "error"]
Confidence = Literal["low", "medium", "high"]
Bound = Literal["lower"]
Unit = Literal["share", "seconds", "count", "score", "text"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
"""In rising order."""
MAX_EVIDENCE = 5
"""Case ids that a finding names as examples."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim."""

    code: str
    name: str
    """Name of the analyzer, e.g. ``return``."""
    subject: str
    """What the claim is about: an activity, a department, ``A ↔ B``, the log."""
    message: str
    """One sentence with the numbers, for people."""
    value: float
    unit: Unit
    low: float | None
    high: float | None
    """Interval of the value, 95 %, or the range that ties allow; None where there is none."""
    cases: int
    """Orders in which it occurs."""
    of_cases: int
    """Orders in which it could have occurred."""
    severity: Severity = "info"
    confidence: Confidence = "high"
    evidence: tuple[str, ...] = ()
    """Ids of example orders, at most `MAX_EVIDENCE`."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The thresholds that made it a finding."""
    definition: str = ""
    """What was counted, in a sentence."""
    bound: Bound | None = None
    """``lower`` where the true value is at least this, since the log lacks events."""

    @property
    def id(self) -> str:
        """Stable id: depends on code and subject only."""
        return finding_id(self.code, self.subject)


def finding_id(code: str, subject: str) -> str:
    """Return the id of the finding about a subject."""
    return hashlib.sha256(f"{code}\n{subject}".encode()).hexdigest()[:12]
