"""Which week a report is about."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.estimate import week_name
from ordermine.analyze.weekly.value import ReportWeek
from ordermine.errors import NotMeasurable, UsageError

if TYPE_CHECKING:
    from ordermine.analyze.measures.population import Population

_WEEK: Final = re.compile(r"(\d{4})-?W(\d{2})", re.IGNORECASE)
_NONE: Final = "no order is concluded: check the filters, and under [activities] which steps conclude orders"
_EPOCH: Final = dt.date(1970, 1, 1)


def monday_of(text: str, option: str) -> dt.date:
    """Return the first day of an ISO week given as ``2026-W46``.

    Raises
    ------
    UsageError
        There is no such week.
    """
    found = _WEEK.fullmatch(text.strip())
    try:
        if found:
            return dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise UsageError(f"{option} {text!r}: no such ISO week", hint="write year and week, e.g. 2026-W46")


def choose_week(population: Population, as_of: dt.datetime, wanted: str | None = None) -> ReportWeek:
    """Return the week of the report: the wanted one, else the latest with orders that had ended.

    Parameters
    ----------
    population
        Orders, each in its week.
    as_of
        The moment that counts as now.
    wanted
        ISO week, e.g. ``2026-W46``.

    Raises
    ------
    UsageError
        There is no such week in the calendar.
    NotMeasurable
        The week holds no orders, or none with orders has ended yet.
    """
    import numpy as np

    mondays = [_EPOCH + dt.timedelta(days=int(day)) for day in np.unique(population.monday)]
    over = [day for day in mondays if _end(day) <= as_of]
    if wanted is not None:
        monday = monday_of(wanted, "--week")
        if monday not in mondays:
            raise NotMeasurable(f"no order was concluded in {week_name(monday)}", hint=_nearest(monday, mondays))
    elif over:
        monday = over[-1]
    else:
        hint = f"name a week that isn't over: --week {week_name(mondays[-1])}" if mondays else _NONE
        raise NotMeasurable(f"no week with concluded orders is over as of {as_of:%Y-%m-%d %H:%M} UTC", hint=hint)
    members = population.monday == (monday - _EPOCH).days
    return ReportWeek(
        name=week_name(monday),
        monday=monday,
        orders=int(members.sum()),
        over=_end(monday) <= as_of,
        mature=bool(population.matured[members].all()),
        unfinished=week_name(mondays[-1]) if over and monday == over[-1] and mondays[-1] > monday else None,
        matures_on=monday + dt.timedelta(days=7 + math.ceil(population.maturity_days)),
    )


def _end(monday: dt.date) -> dt.datetime:
    return dt.datetime.combine(monday + dt.timedelta(days=7), dt.time(), dt.UTC)


def _nearest(monday: dt.date, mondays: list[dt.date]) -> str:
    if not mondays:
        return _NONE
    before = [day for day in mondays if day < monday][-1:]
    after = [day for day in mondays if day > monday][:1]
    named = " and ".join(week_name(day) for day in (*before, *after))
    return f"the nearest weeks with orders are {named}" if len(before + after) == 2 else f"the nearest is {named}"
