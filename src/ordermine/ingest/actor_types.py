"""Who acted, as exports spell it: the spellings of `schema.ACTOR_TYPES` in `actor_types.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from ordermine.ingest.mapping import simple


def actor_type(spelling: str) -> str | None:
    """Return the type of actor that an export means, None where its spelling is not known."""
    return _spellings().get(simple(spelling))


@cache
def _spellings() -> dict[str, str]:
    text = files("ordermine.ingest").joinpath("actor_types.toml").read_text(encoding="utf-8")
    return {
        simple(spelling): kind
        for kind, languages in tomllib.loads(text).items()
        for spellings in languages.values()
        for spelling in spellings
    }
