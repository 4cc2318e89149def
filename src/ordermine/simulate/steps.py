"""Every step of the simulated process: what it means, which stage it belongs to, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step and what the project file says of it."""

    name: str
    kind: str
    stage: str
    effort: tuple[int, int] = (0, 0)
    """Working minutes of a person, shortest and longest, interruptions included; none for automatic steps."""


_CATALOGUE = (
    Step("Capture lead", "create", "lead", (20, 120)),
    Step("Qualify lead", "other", "qualify", (45, 300)),
    Step("Configure product", "other", "quote", (60, 360)),
    Step("Calculate price", "other", "quote", (90, 510)),
    Step("Approve discount", "approve", "quote", (20, 120)),
    Step("Issue quote", "other", "quote", (30, 150)),
    Step("Draft contract", "other", "contract", (240, 1500)),
    Step("Request contract change", "other", "contract", (45, 240)),
    Step("Revise contract", "change", "contract", (120, 900)),
    Step("Sign contract", "other", "contract", (60, 240)),
    Step("Enter order", "submit", "order", (90, 510)),
    Step("Resubmit order", "resubmit", "order", (60, 240)),
    Step("Query order", "other", "order", (20, 120)),
    Step("Answer query", "other", "order", (30, 240)),
    Step("Approve credit", "approve", "credit", (240, 960)),
    Step("Set credit block", "block", "credit", (60, 240)),
    Step("Release credit block", "unblock", "credit", (30, 120)),
    Step("Reject order", "reject", "order", (60, 300)),
    Step("Restore order", "restore", "order", (30, 120)),
    Step("Cancel order", "cancel", "order", (10, 60)),
    Step("Confirm order", "confirm", "order"),
    Step("Pick goods", "other", "fulfil", (45, 270)),
    Step("Ship partial delivery", "deliver", "deliver", (45, 180)),
    Step("Ship goods", "deliver", "deliver", (45, 240)),
    Step("Create invoice", "invoice", "invoice", (90, 510)),
    Step("Receive payment", "pay", "pay"),
    Step("Log customer request", "contact", "support", (15, 120)),
    Step("Change order", "change", "order", (30, 180)),
    Step("Correct price", "change", "order", (30, 180)),
    Step("Correct delivery address", "change", "order", (20, 120)),
    Step("Correct item", "change", "order", (30, 180)),
    Step("Log complaint", "complaint", "support", (30, 240)),
    Step("Receive return", "return", "support", (45, 240)),
    Step("Create credit note", "credit", "support", (60, 300)),
    Step("Offer renewal", "other", "renew", (60, 300)),
)

_SELDOM = (
    Step("Update order data", "change", "order", (10, 60)),
    Step("Synchronise data", "system", "order"),
    Step("Send notification", "system", "order"),
    Step("Correct order data", "change", "order", (20, 120)),
    Step("Complete order data", "change", "order", (15, 90)),
    Step("Create monthly invoice", "invoice", "invoice", (30, 150)),
)

ORDINARY_STEPS = {step.name: step for step in _CATALOGUE}
"""Name → step of the process that every company has, in its order."""

STEPS = {**ORDINARY_STEPS, **{step.name: step for step in _SELDOM}}
"""Name → step: the ordinary ones, and those that only some scenarios have."""
