"""Fuzz for a while: ``python -m tests.fuzz.run --minutes 15 csv xes``; all targets without a name.

Atheris guides the inputs by the branches that they reach; `mutate` makes changes that it would take long to find. Each
target runs in a process of its own, which ends with the first find. The input is written to ``fuzz-finds/TARGET``.
What to do with it: correct the defect, then move the file to ``tests/fuzz/finds/TARGET/`` under a name that says what
was wrong. From then on every run of the test suite tries it.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.mutate import LONGEST, mutated, mutated_once
from tests.fuzz.targets import TARGETS, try_input

if TYPE_CHECKING:
    from collections.abc import Sequence

HANGS_S = 20
"""An input that takes longer is a find."""

FINDS = Path("fuzz-finds")


def main(arguments: Sequence[str]) -> int:
    """Run the targets one after the other; return how many of them had a find."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all by default")
    parser.add_argument("--minutes", type=float, default=15, help="for each target")
    parser.add_argument("--seed", type=int, help="for the same inputs again; a new one by default")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.targets) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}; they are {', '.join(TARGETS)}")
    seed = chosen.seed or int(time.time())
    if chosen.in_this_process:
        fuzz(chosen.targets[0], chosen.minutes * 60, seed)
    failed = []
    for name in chosen.targets or TARGETS:
        print(f"== {name}, seed {seed}", flush=True)
        again = ["--in-this-process", "--minutes", str(chosen.minutes), "--seed", str(seed), name]
        if subprocess.run([sys.executable, "-m", "tests.fuzz.run", *again]).returncode:
            failed.append(name)
    if failed:
        print(f"\nfinds: {', '.join(failed)}; the inputs are in {FINDS}/\n{__doc__}")
    return len(failed)


def fuzz(name: str, seconds: float, seed: int) -> None:
    """Fuzz one target in this process, which it ends."""
    import atheris

    target = TARGETS[name]
    with atheris.instrument_imports(include=["ordermine"]):
        folder = Path(tempfile.mkdtemp(prefix="ordermine-fuzz-"))
        seeds = target.seeds()
        for data in seeds:
            try_input(target, data, folder)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(seeds):
        (corpus / str(number)).write_bytes(data)
    finds = FINDS / name
    finds.mkdir(parents=True, exist_ok=True)

    def change(data: bytes, most: int, number: int) -> bytes:
        dice = random.Random(number)
        if dice.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        if dice.random() < 0.2:
            return mutated(dice, seeds, target.tokens)[:most]
        return mutated_once(dice, data, seeds, target.tokens)[:most]

    options = [
        f"-max_total_time={seconds:.0f}",
        f"-seed={seed}",
        f"-timeout={HANGS_S}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={finds}/",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup(
        [sys.argv[0], *options, str(corpus)], lambda data: try_input(target, data, folder), custom_mutator=change
    )
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
