"""Any bytes and any log are answered with a documented exit code, and never with a traceback (H23)."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS
from tests.laws.strategies import Event, logs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Said
    from tests.laws.conftest import Make

READING = (
    ("discover",),
    ("analyze",),
    ("scorecard",),
    ("ftr", "--maturity", "0"),
    ("measure", "OM401"),
    ("origins",),
    ("report", "-o", "weekly", "--force"),
    ("map", "-o", "map.svg", "--force"),
    ("export", "-o", "export.xes", "--force"),
    ("compare", "--where-a", "tied", "--where-b", "not tied"),
)
OF_INPUTS = {0, 2, 3, 5}


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(naughty=True, tiny=True))
def test_every_command_answers_any_log(log: list[Event], make: Make, ordermine: Callable[..., Said]) -> None:
    path = make(log).path
    for name, *options in READING:
        before = [options.pop(0)] if name == "measure" else []
        form = [] if name in ("map", "export") else ["--format", "json"]
        said = ordermine(name, *before, path, *options, *form, "-q")
        assert said.code in OF_INPUTS, (name, said)
        assert "Traceback" not in said.err
        assert "unexpected error" not in said.err
        if form and not said.code:
            json.loads(said.out, parse_constant=pytest.fail)


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "xes", "ocel-json"])
def test_any_bytes_are_an_export_or_refused(name: str, ordermine: Callable[..., Said], tmp_path: Path) -> None:
    target, dice = TARGETS[name], random.Random(f"command {name}")
    ending = {"ocel-json": "json"}.get(name, name)
    for _ in range(4):
        path = tmp_path / f"export.{ending}"
        path.write_bytes(mutated(dice, target.seeds(), target.tokens))
        for command in (("inspect", path, "-q"), ("ingest", path, "-o", "log", "--force", "-q")):
            said = ordermine(*command)
            assert said.code in OF_INPUTS, (command, said)
            assert "Traceback" not in said.err
            assert bool(said.err) == bool(said.code)
