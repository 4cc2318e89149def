"""A short fuzz run, the same on every machine, and every input that ever was a find; `run.py` is the long one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, try_input

if TYPE_CHECKING:
    from collections.abc import Iterator

FINDS = Path(__file__).parent / "finds"
HANGS_S = 20


@contextmanager
def ends_soon() -> Iterator[None]:
    """Fail what runs on in Python for longer than `HANGS_S`; end the process where it is inside a library."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"still running after {HANGS_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANGS_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_seeded(name: str, folder: Path) -> None:
    """Try the seeds of a target, then changed ones; `input` in the folder is the last that was tried."""
    target = TARGETS[name]
    dice = random.Random(name)
    seeds = target.seeds()
    for number in range(len(seeds) + target.runs):
        data = seeds[number] if number < len(seeds) else mutated(dice, seeds, target.tokens)
        (folder / "input").write_bytes(data)
        with ends_soon():
            try_input(target, data, folder)


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if not target.isolated])
def test_changed_inputs_end_well_or_with_a_message(name: str, tmp_path: Path) -> None:
    run_seeded(name, tmp_path)


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.isolated])
def test_parsers_of_changed_inputs_do_not_end_the_process(name: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    script = f"from pathlib import Path; from tests.fuzz.test_fuzz import *; run_seeded({name!r}, Path())"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {script}"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, f"{ran.stderr}\nthe input: {(tmp_path / 'input').read_bytes()[:2000]!r}"


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_what_the_target_is_about(name: str, tmp_path: Path) -> None:
    for data in TARGETS[name].seeds():
        TARGETS[name].run(data, tmp_path)


@pytest.mark.parametrize("find", sorted(FINDS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_stays_corrected(find: Path, tmp_path: Path) -> None:
    with ends_soon():
        try_input(TARGETS[find.parent.name], find.read_bytes(), tmp_path)
