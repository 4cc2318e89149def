"""What a value of a project file may be."""

from __future__ import annotations

import re
import zoneinfo
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
)

from ordermine.errors import near
from ordermine.schema import KINDS, STAGES
from ordermine.toml_file import CHECKED, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPES: Final = ("events", "field_history", "documents", "snapshots", "wide")
"""Shapes of an export: how its rows become events."""
DATE_ORDERS: Final = ("dmy", "mdy", "ymd")
WORKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _one_of(words: Sequence[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in words:
            raise ValueError(f"unknown {what} {value!r}; {near(value, words)}")
        return value

    return AfterValidator(check)


def _known_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        hint = near(value, zoneinfo.available_timezones())
        raise ValueError(f"unknown time zone {value!r}; {hint}") from None
    return value


def _currency_code(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"not an ISO 4217 code such as 'EUR': {value!r}")
    return value


def opening_minutes(hours: str) -> tuple[int, int]:
    """Return when work opens and closes, in minutes since midnight; raise ValueError if that isn't said."""
    found = re.fullmatch(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", hours)
    if found:
        opens, closes = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        if int(found[2]) < 60 and int(found[4]) < 60 and opens < closes <= 24 * 60:
            return opens, closes
    raise ValueError(f"not working hours such as '08:00-17:00': {hours!r}")


def _working_hours(value: str) -> str:
    opening_minutes(value)
    return value


def _at_least_two(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) < 2:
        raise ValueError("a loop names at least two departments")
    return value


def _same_names(value: object) -> object:
    return {name: name for name in value} if isinstance(value, list | tuple) else value


def _listed_if_same(value: dict[str, str]) -> dict[str, str] | list[str]:
    return list(value) if all(here == there for here, there in value.items()) else value


def _not_empty(value: dict[str, str]) -> dict[str, str]:
    if not value:
        raise ValueError("names no column")
    return value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("names no file")
    return value


def _unlisted(value: tuple[str, ...]) -> str | list[str]:
    return value[0] if len(value) == 1 else list(value)


Kind = Annotated[str, _one_of(KINDS, "kind")]
Stage = Annotated[str, _one_of(STAGES, "stage")]
Shape = Annotated[str, _one_of(SHAPES, "shape")]
DateOrder = Annotated[str, _one_of(DATE_ORDERS, "date order")]
Workday = Annotated[str, _one_of(WORKDAYS, "workday")]
Zone = Annotated[str, AfterValidator(_known_zone)]
CurrencyCode = Annotated[str, AfterValidator(_currency_code)]
WorkingHours = Annotated[str, AfterValidator(_working_hours)]
Loop = Annotated[tuple[Text, ...], AfterValidator(_at_least_two)]
FileNames = Annotated[tuple[Text, ...], BeforeValidator(_listed), AfterValidator(_some), PlainSerializer(_unlisted)]
Renamed = Annotated[
    dict[Text, Text], BeforeValidator(_same_names), AfterValidator(_not_empty), PlainSerializer(_listed_if_same)
]
"""Name here → name there; a list names columns that are called the same in both."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Section(BaseModel):
    """A table of a project file."""

    model_config = CHECKED
