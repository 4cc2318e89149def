"""Departments and their people; everyone has one desk, and orders queue at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.simulate.dice import Dice
    from ordermine.simulate.working_hours import WorkingHours

SALES = "Sales"
DEAL_DESK = "Deal Desk"
MARKETING = "Marketing"
LEGAL = "Legal"
ORDER_MANAGEMENT = "Order Management"
CREDIT = "Credit"
LOGISTICS = "Logistics"
BILLING = "Billing"
CUSTOMER_SERVICE = "Customer Service"
SYSTEM = "System"

STAFF: Mapping[str, tuple[str, int]] = {
    MARKETING: ("MAR", 5),
    SALES: ("SAL", 7),
    DEAL_DESK: ("DEA", 6),
    LEGAL: ("LEG", 5),
    ORDER_MANAGEMENT: ("ORD", 5),
    CREDIT: ("CRE", 5),
    LOGISTICS: ("LOG", 5),
    BILLING: ("BIL", 5),
    CUSTOMER_SERVICE: ("CUS", 5),
}
"""Department → prefix of its people's user names, and people for about eight new orders a workday."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who a step is recorded under."""

    department: str
    user: str
    actor_type: str


ERP = Actor(SYSTEM, "ERPJOBS", "system")
WEB_FORM = Actor(SYSTEM, "WEBFORM", "integration")
WEB_SHOP = Actor("Web shop", "WEBSHOP", "integration")
BANK_IMPORT = Actor(SYSTEM, "BANKIMPORT", "batch")
DATA_SYNC = Actor(SYSTEM, "DATASYNC", "batch")
WORKFLOW = Actor(ORDER_MANAGEMENT, "WFBATCH", "system")
"""A machine that is filed under a department of people."""


@dataclass(slots=True)
class Person:
    """One of a department's people, at whose desk orders wait for their turn: first come, first served."""

    actor: Actor
    free_at: int = 0
    """When the last order at the desk will be done."""
    load: int = 0
    """Orders at the desk: in work and waiting."""


class Company:
    """The people, their working hours and the clock they share."""

    def __init__(self, hours: WorkingHours, size: float = 1.0, staff: Mapping[str, tuple[str, int]] = STAFF) -> None:
        """Hire `size` times the people of `staff`, never fewer than those."""
        import simpy

        self.clock = simpy.Environment()
        self.hours = hours
        self._orders = 0
        self._people = {
            department: [
                Person(Actor(department, f"{prefix}{number:02d}", "human"))
                for number in range(1, max(people, round(people * size)) + 1)
            ]
            for department, (prefix, people) in staff.items()
        }

    def misfile(self, share: float, dice: Dice) -> None:
        """Have the export file this share of all people under a department in which they don't work."""
        people = [person for department in self._people.values() for person in department]
        for _ in range(round(share * len(people))):
            person = people.pop(dice.whole(0, len(people) - 1))
            elsewhere = dice.pick([other for other in self._people if other != person.actor.department])
            person.actor = replace(person.actor, department=elsewhere)

    @property
    def now(self) -> int:
        """The present moment."""
        return int(self.clock.now)

    def next_order_number(self) -> str:
        """Return the next number of the one series that all orders share."""
        self._orders += 1
        return f"SO-{100_000 + self._orders}"

    def someone(self, department: str, dice: Dice) -> Person:
        """Return the least busy of three people met by chance: work spreads well, but not perfectly."""
        people = self._people[department]
        return min((dice.pick(people) for _ in range(3)), key=lambda person: person.load)
