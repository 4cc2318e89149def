"""When people work: moments are whole seconds of local wall-clock time since midnight of the first day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def iso_week(day: date) -> str:
    """Return the ISO week of a day: ``2026-W07``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


@dataclass(frozen=True)
class WorkingHours:
    """Mondays to Fridays between two hours of the day, holidays left out."""

    first_day: date
    opens: int = 8
    closes: int = 17
    holidays: frozenset[date] = frozenset()

    def is_workday(self, day: int) -> bool:
        """Return whether people work on this day, counted from the first day."""
        there = self.first_day + timedelta(days=day)
        return there.weekday() < 5 and there not in self.holidays

    def next_workday(self, day: int) -> int:
        """Return this day or the first workday after it."""
        while not self.is_workday(day):
            day += 1
        return day

    def after(self, moment: int, effort: int) -> int:
        """Return when `effort` seconds of work taken up at `moment` are done, nights and weekends off."""
        day = self.next_workday(moment // DAY)
        begin = max(moment, day * DAY + self.opens * HOUR)
        while effort > (left := max(0, day * DAY + self.closes * HOUR - begin)):
            effort -= left
            day = self.next_workday(day + 1)
            begin = day * DAY + self.opens * HOUR
        return begin + effort

    def next_run(self, moment: int, clock: int) -> int:
        """Return when a job that runs on workdays at second `clock` of the day runs next after `moment`."""
        day = moment // DAY
        if moment >= day * DAY + clock:
            day += 1
        return self.next_workday(day) * DAY + clock

    def next_month(self, moment: int) -> int:
        """Return midnight of the first day of the month after the one that `moment` lies in."""
        there = self.first_day + timedelta(days=moment // DAY)
        first = (there.replace(day=1) + timedelta(days=31)).replace(day=1)
        return (first - self.first_day).days * DAY

    def week(self, moment: int) -> str:
        """Return the week of the moment, as `iso_week` writes it."""
        return iso_week(self.first_day + timedelta(days=moment // DAY))

    def stamp(self, moment: int) -> str:
        """Return the moment as an export writes it: ``2026-02-27 14:05:09``, local time without an offset."""
        midnight = datetime.combine(self.first_day, datetime.min.time())
        return (midnight + timedelta(seconds=moment)).isoformat(sep=" ")

    def day_stamp(self, moment: int) -> str:
        """Return the day of the moment: ``2026-02-27``."""
        return (self.first_day + timedelta(days=moment // DAY)).isoformat()
