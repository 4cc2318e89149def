from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from ordermine.discover.model import ALGORITHMS, discover_model
from ordermine.discover.quality import measure_quality

SOURCE = Path(__file__).parents[2] / "src"


def _logs_with_ties() -> list[list[tuple[tuple[str, ...], int]]]:
    """Logs in which many things happen equally often."""
    dice = random.Random(11)
    logs = []
    for _ in range(6):
        names = [f"step {letter}" for letter in "abcdefghij"[: dice.randint(3, 10)]]
        traces = {tuple(dice.choices(names, k=dice.randint(1, 8))) for _ in range(dice.randint(3, 25))}
        logs.append([(trace, 2) for trace in sorted(traces)])
    return logs


def everything() -> str:
    """Return all that can be had of all models."""
    parts = []
    for variants in _logs_with_ties():
        for algorithm in ALGORITHMS:
            for noise in (0.0, 0.2) if algorithm == "inductive" else (0.2,):
                model = discover_model(variants, algorithm, noise)
                parts += [repr(model), model.pnml(), str(model.ptml()), repr(model.bpmn())]
                parts.append(repr(measure_quality(model, variants)))
    return "\n".join(parts)


def test_every_byte_is_the_same_whatever_the_hash_seed() -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"import runpy; print(runpy.run_path({__file__!r})['everything']())"],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.rstrip("\n") == everything().rstrip("\n")
