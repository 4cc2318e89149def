"""Files that people write in TOML: read and checked against a model, every problem said with its place.

Importing this module loads pydantic, which takes longer than ``ordermine --help`` may: do it in functions.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

from pydantic import (  # noqa: TID253  (models are made of this module; their users import it lazily)
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
)

from ordermine.errors import EnvironmentFault, UsageError, near
from ordermine.quoting import spelled_out

COLUMN, PARTS = "<column>", "<parts>"
"""How pydantic labels the two ways to name a timestamp; left out of what people read."""


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"not a date such as '2026-12-25': {value!r}") from None
    if type(value) is not date:
        raise ValueError(f"not a date such as '2026-12-25': {value!r}")
    return value


Text = Annotated[str, AfterValidator(_not_blank)]
Day = Annotated[date, BeforeValidator(_day)]
"""A date, or text that spells one."""


CHECKED: Final = ConfigDict(frozen=True, extra="forbid")
"""For every table of a file: frozen, and refusing keys that it doesn't know."""

Model = TypeVar("Model", bound=BaseModel)


def load_toml(path: str | Path, model: type[Model], what: str, hint: str) -> Model:
    """Read a file.

    Parameters
    ----------
    path
        Of the file.
    model
        What it must be.
    what
        Kind of file, for messages.
    hint
        What to do where there is no such file.

    Raises
    ------
    UsageError
        No such file, not UTF-8, not TOML, or not as the model says; the message lists every problem.
    EnvironmentFault
        The file is there and can't be read.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"no {what} {path}", hint=hint) from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder", hint=f"name the {what} in it") from None
    except OSError as error:
        raise EnvironmentFault(
            f"can't read the {what} {path}: {error.strerror}", hint="check the permissions"
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 at byte {error.start}", hint="save it as UTF-8") from None
    return parse_toml(text, model, str(path))


def parse_toml(text: str, model: type[Model], where: str) -> Model:
    """Read a file from its text; `where` names it in messages.

    Raises
    ------
    UsageError
        Not TOML, or not as the model says; the message lists every problem.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where} is not valid TOML: {error}", hint="correct the line it names") from None
    except ValidationError as error:
        problems = [_problem(model, **details) for details in error.errors(include_url=False)]  # type: ignore[misc]
    if len(problems) == 1:
        message = f"{where}: {problems[0]}"
    else:
        message = "\n  ".join([f"{where} has {len(problems)} problems:", *problems])
    raise UsageError(message, hint=f"correct {where}")


_EXPECTED_TYPES: Final = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "float_type": "a number",
}
"""Pydantic's names of type errors → what should have been there."""


def _problem(
    model: type[BaseModel], *, type: str, loc: tuple[str | int, ...], msg: str, input: object, ctx: Any = None
) -> str:
    """Say in words what pydantic found wrong."""
    place = [part for part in loc if part not in (COLUMN, PARTS, "[key]")]
    if type == "extra_forbidden":
        unknown = str(place.pop())
        what = f"{_place(model, place)}: unknown key" if place else "unknown section"
        return f"{what} {unknown!r}; {near(unknown, _known_keys(model, place))}"
    if type in _EXPECTED_TYPES:
        what = f"must be {_EXPECTED_TYPES[type]}, found {inline(input)}"
    elif type == "missing":
        what = "is missing"
    else:
        what = str(ctx["error"]) if ctx and "error" in ctx else msg
    return f"{_place(model, place)}: {what}"


def _place(model: type[BaseModel], loc: Sequence[str | int]) -> str:
    """Name a place in the file: ``[[source]] 1: timestamp``."""
    if not loc:
        return ""
    section, *rest = loc
    field = model.model_fields.get(str(section))
    listed = field is not None and get_origin(field.annotation) is tuple
    head = f"[[{section}]]" if listed else f"[{section}]"
    if listed and rest:
        head += f" {int(rest.pop(0)) + 1}"
    steps = [f"entry {part + 1}" if isinstance(part, int) else part for part in rest]
    return ": ".join([head, *steps]) if listed else f"{head} {': '.join(steps)}".rstrip()


def _known_keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a place in the file."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_within(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_within(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation such as ``dict[str, Step]`` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_within(inner))), None)


def inline(value: object) -> str:
    """Write a value as TOML on one line."""
    if isinstance(value, str):
        literal = "\\" in value and "'" not in value and value.isprintable()
        return f"'{value}'" if literal else _quoted(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key_text(key)} = {inline(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def key_text(name: str) -> str:
    """Write a key as TOML."""
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's.
    return spelled_out(json.dumps(text, ensure_ascii=False))
