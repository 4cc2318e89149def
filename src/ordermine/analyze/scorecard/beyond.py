"""What belongs on the scorecard and no export of order events can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ordermine.analyze.measures.base import Area


@dataclass(frozen=True, slots=True)
class Beyond:
    """A measure that needs other sources."""

    area: Area
    title: str
    needs: str


BEYOND: Final = (
    Beyond("customer", "Satisfaction", "answers of a survey, by order"),
    Beyond("rework", "Cost of rework", "minutes and rates per step"),
    Beyond("reliability", "Promises kept", "first and last promised delivery date of every order"),
    Beyond("financial", "Margin lost", "contract or list price of every item"),
    Beyond("financial", "Cost per completed order", "minutes and rates per step"),
    Beyond("compliance", "Approval exceptions", "who may approve what"),
    Beyond("employee", "Understanding of the process", "answers of a survey of the people who do it"),
    Beyond("technology", "Availability of systems", "downtimes of the systems"),
)
