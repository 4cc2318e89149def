"""Every analyzer, in code order. To add one, add its import and its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.flow.om101_rework import rework
from ordermine.analyze.flow.om102_self_loop import self_loop
from ordermine.analyze.flow.om103_repetition import repetition
from ordermine.analyze.flow.om104_skipped_milestone import skipped_milestone
from ordermine.analyze.flow.om105_step_out_of_order import step_out_of_order
from ordermine.analyze.handoff.om401_return import returned
from ordermine.analyze.handoff.om402_rally import rally
from ordermine.analyze.handoff.om403_long_loop import long_loop
from ordermine.analyze.handoff.om404_unproductive_return import unproductive_return
from ordermine.analyze.handoff.om405_rekeyed_information import rekeyed_information
from ordermine.analyze.origin.om601_origin import origin
from ordermine.analyze.origin.om602_omission import omission
from ordermine.analyze.origin.om603_leakage import leakage
from ordermine.analyze.outcome.om501_rejected import rejected
from ordermine.analyze.outcome.om502_rejection_rounds import rejection_rounds
from ordermine.analyze.outcome.om503_abandoned_after_rejection import abandoned_after_rejection
from ordermine.analyze.outcome.om504_avoidable_at_entry import avoidable_at_entry
from ordermine.analyze.outcome.om505_block import block
from ordermine.analyze.outcome.om506_cancelled import cancelled
from ordermine.analyze.outcome.om507_credit_adjustment import credit_adjustment
from ordermine.analyze.quality.om001_equal_timestamps import equal_timestamps
from ordermine.analyze.quality.om002_department_not_recorded import department_not_recorded
from ordermine.analyze.quality.om003_duplicate_rows import duplicate_rows
from ordermine.analyze.quality.om004_repetition_cannot_show import repetition_cannot_show
from ordermine.analyze.quality.om005_cases_cut_off import cases_cut_off
from ordermine.analyze.quality.om006_coarse_timestamps import coarse_timestamps
from ordermine.analyze.quality.om007_look_alike_steps import look_alike_steps
from ordermine.analyze.quality.om008_unknown_steps import unknown_steps
from ordermine.analyze.quality.om009_day_month_swapped import day_month_swapped
from ordermine.analyze.time.om201_waiting_at_handoff import waiting_at_handoff
from ordermine.analyze.time.om202_slowest_step import slowest_step
from ordermine.analyze.time.om203_stuck_order import stuck_order
from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.base import Analyzer

ANALYZERS: tuple[Analyzer, ...] = (
    equal_timestamps,
    department_not_recorded,
    duplicate_rows,
    repetition_cannot_show,
    cases_cut_off,
    coarse_timestamps,
    look_alike_steps,
    unknown_steps,
    day_month_swapped,
    rework,
    self_loop,
    repetition,
    skipped_milestone,
    step_out_of_order,
    waiting_at_handoff,
    slowest_step,
    stuck_order,
    returned,
    rally,
    long_loop,
    unproductive_return,
    rekeyed_information,
    rejected,
    rejection_rounds,
    abandoned_after_rejection,
    avoidable_at_entry,
    block,
    cancelled,
    credit_adjustment,
    origin,
    omission,
    leakage,
)


def select(chosen: Sequence[str] = (), ignored: Sequence[str] = ()) -> tuple[Analyzer, ...]:
    """Pick analyzers by code prefix: OM, OM1, OM101.

    Raises
    ------
    UsageError
        A prefix fits no analyzer.
    """
    for prefix in (*chosen, *ignored):
        if not any(one.code.startswith(prefix.upper()) for one in ANALYZERS):
            raise UsageError(f"no analyzer {prefix!r}", hint=near(prefix, [one.code for one in ANALYZERS]))
    wanted = tuple(prefix.upper() for prefix in chosen) or ("OM",)
    unwanted = tuple(prefix.upper() for prefix in ignored)
    return tuple(
        one for one in ANALYZERS if one.code.startswith(wanted) and not (unwanted and one.code.startswith(unwanted))
    )


def find(code: str) -> Analyzer:
    """Return the analyzer with that code, in any case.

    Raises
    ------
    UsageError
        There is none.
    """
    for one in ANALYZERS:
        if one.code == code.upper():
            return one
    raise UsageError(f"no analyzer {code!r}", hint=near(code.upper(), [one.code for one in ANALYZERS]))
