"""Working time between two instants, by the calendar of the project file, in the time zone of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.project import WORKDAYS
from ordermine.zones import to_wall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy as np

    from ordermine.eventlog.log import Log

DAY_US = 86_400_000_000
MINUTE_US = 60_000_000
MONDAY = 3
"""1 January 1970 was a Thursday: days since then plus 3 are 0 modulo 7 on Mondays."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When people work."""

    zone: str
    opens: int
    closes: int
    """Minutes since midnight."""
    workdays: frozenset[int]
    """0 is Monday."""
    holidays: tuple[date, ...] = ()

    def between(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the working time from `start` to `end` in µs; both are UTC µs (int64), and start ≤ end."""
        worked: np.ndarray = self._until(end) - self._until(start)
        return worked

    def _until(self, utc: np.ndarray) -> np.ndarray:
        """Return the working time in µs from a fixed day in the past until each instant.

        Hours are those on the wall clock; the night in which clocks change is taken to have no working hours.
        """
        import numpy as np

        wall = to_wall(utc, self.zone)
        day = wall // DAY_US
        opens, length = self.opens * MINUTE_US, (self.closes - self.opens) * MINUTE_US
        today = np.clip(wall - day * DAY_US - opens, 0, length)
        return self._days_until(day) * length + np.where(self._is_workday(day), today, 0)

    def _is_workday(self, day: np.ndarray) -> np.ndarray:
        import numpy as np

        week = np.array([weekday in self.workdays for weekday in range(7)])
        working: np.ndarray = week[(day + MONDAY) % 7] & ~np.isin(day, self._holidays())
        return working

    def _days_until(self, day: np.ndarray) -> np.ndarray:
        """Return how many working days lie between 1970 and each day, the day itself not counted."""
        import numpy as np

        weekdays = sorted(self.workdays)
        weeks, rest = np.divmod(day + MONDAY, 7)
        in_week = np.searchsorted(weekdays, np.arange(8))
        days: np.ndarray = weeks * len(weekdays) + in_week[rest]
        return days - np.searchsorted(self._holidays(), day)

    def _holidays(self) -> np.ndarray:
        """Return the holidays that fall on a workday, as days since 1970, ascending."""
        import numpy as np

        days = [holiday.toordinal() - 719_163 for holiday in self.holidays if holiday.weekday() in self.workdays]
        return np.array(sorted(set(days)), dtype=np.int64)


def working_time(log: Log) -> WorkingTime | None:
    """Return the working time of a log, None where the project file has no ``[calendar]``."""
    calendar = log.project.calendar
    if calendar is None:
        return None
    opens, closes = calendar.minutes()
    days: Sequence[str] = calendar.workdays
    zone = log.project.log.timezone or log.manifest.timezone
    return WorkingTime(zone, opens, closes, frozenset(map(WORKDAYS.index, days)), calendar.holidays)
