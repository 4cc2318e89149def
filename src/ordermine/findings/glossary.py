"""What the words mean that findings and reports use, said once."""

from __future__ import annotations

from typing import Final

GLOSSARY: Final = {
    "abandoned": "A rejected order to which nothing has happened for 30 days. Younger ones are open.",
    "completed": "Concluded by delivery or invoice, and not reversed afterwards.",
    "concluded": (
        "Delivered or invoiced, whichever this log records last, or finally rejected or cancelled by the company."
    ),
    "containment": (
        "Of the errors that a department originated, the share that it also detected itself. What it doesn't contain "
        "leaks to others."
    ),
    "detection": "Where an error was noticed and corrected. Detected is not originated.",
    "error": (
        "A change, after the order was first confirmed, of a protected field whose old and new values both exist and "
        "differ in meaning. Case, blanks, punctuation, accents and the spelling of numbers and dates don't count; nor "
        "do writes by systems and changes that the customer asked for. One error is one wrong value at its origin, "
        "however many copies had to be corrected. Where no step confirms, the first handoff takes its place."
    ),
    "exposure": (
        "Matured orders in which a department wrote a field, other than by correcting it: what its errors are divided "
        "by for a rate."
    ),
    "first-time-right": (
        "A completed order without correction, re-entry, credit adjustment, complaint or exception (a block that isn't "
        "the default, a failed delivery, a return). Shares are of the matured orders."
    ),
    "gate": (
        "What a measure must keep to: a limit (ftr>=0.90), or what it was in the up to 26 matured weeks before "
        "(ftr>=baseline). It is breached where the last four matured weeks together lie beyond it with their whole "
        "99 % interval, widened by how much weeks differ, and the latest of them does too by more than one sigma, or "
        "the weeks before do as well; or where the latest week is worse than the weeks before beyond three sigma. A "
        "limit is held where the whole interval keeps it; else there is not enough evidence."
    ),
    "handoff": "The boundary between two visits that follow each other within a segment.",
    "inconclusive": (
        "Of a comparison: the interval of the difference includes none, so better and worse are both possible. It says "
        "nothing about the difference being small; the smallest one that could have been seen is given with it."
    ),
    "interval": ("Wilson's 95 % interval of a share, widened where [log] cluster says that orders belong together."),
    "long loop": (
        "A visit whose department was last visited three or more visits ago within the segment: A B C A holds one."
    ),
    "matured": (
        "Concluded long enough ago that error signals have had time to come: at least the 90th percentile of the lag "
        "from conclusion to the first later signal, and at least 30 days, before the as-of moment. The percentile "
        "allows for young orders, which can't have shown a long lag yet."
    ),
    "omission": (
        "A required field that was empty when the order left a stage, and was filled later by another department. Its "
        "origin is the department that handed over."
    ),
    "origin": (
        "The first write of the last uninterrupted stretch in which a field, or what it was copied from, held the "
        "wrong value. Batch writes and re-saves of the same value are none. Without such a write in the log the error "
        "is unattributable, and the reason is told."
    ),
    "rally": "An alternation A B A B … between two departments with at least two returns in a row.",
    "re-entry": (
        "An order that was resubmitted, or that stands for one that was rejected, or cancelled by the company, for "
        "good: linked to it as a resubmission is. It is not right the first time."
    ),
    "redo": "A step done again by another resource than the one that did it first in the order.",
    "rejection": "A step of kind reject. An order counts once, with its last rejection and the number of rounds.",
    "repeat": "A step done again by the resource that did it first in the order.",
    "repetition": "An activity that comes back with something else in between.",
    "resubmission": (
        "A new order in place of a rejected one: linked by reference, else by similarity (same customer, item overlap "
        "at least 0.8, amount within 10 %, within 30 days), with a score."
    ),
    "return": "A visit by the department of the visit before last: A B A. Handed over and handed back.",
    "rework": (
        "A step done again on the same object after a change of meaning, or a reversal and repeat: block set, removed, "
        "set again. What [expected] repeat lists is no rework."
    ),
    "right in the end": "Completed, with or without error signals on the way.",
    "same mix": (
        "Of a comparison: the difference if the second side's orders were mixed as the first's by the declared case "
        "attributes. They count as often as the first has orders of their kind; durations are compared within a kind."
    ),
    "segment": "The part of an order between events without a recorded department. Nothing spans such an event.",
    "self-loop": "An activity repeated immediately.",
    "suppression": (
        "Findings and reports about departments leave out groups of fewer than 10 orders, or fewer than 5 people where "
        "people are recorded, since they could point at single people."
    ),
    "system actors": (
        "Events by actors of type system, batch or integration. Handoff questions skip them as if they weren't there."
    ),
    "ties": (
        "Events of one order that share their time. Counts that depend on their order carry a low and a high over all "
        "orders that the ties allow."
    ),
    "touchless": "First-time-right, and no event by a person after confirmation.",
    "unproductive": (
        "A return where the department visited in between changed no value and made no decision (approve, reject, "
        "restore, confirm)."
    ),
    "visit": (
        "An unbroken run of events of one department within an order. Events of systems are skipped, a missing "
        "department ends the segment."
    ),
}
"""Term → definition."""
