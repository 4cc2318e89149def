"""Read every malformed version of the clean tables and write what came of each kind of pollution.

python benchmarks/pollution.py
python benchmarks/pollution.py "quote more"      with what went wrong, of the kinds that start so
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "robustness"))

from polluters import Score, read, variants

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "kind",
    "files",
    "recall",
    "of all rows",
    "precision",
    "with a row lost",
    "with a wrong row",
    "unaccounted",
    "crashed",
)


def line(kind: str, scores: Sequence[Score]) -> tuple[str, ...]:
    """Return one line of the table; recall and precision are means over files."""

    def mean(name: str) -> str:
        return f"{sum(getattr(score, name) for score in scores) / len(scores):.4f}"

    return (
        kind,
        f"{len(scores):,}",
        mean("recall"),
        mean("recall_of_all"),
        mean("precision"),
        str(sum(score.recall < 1 for score in scores)),
        str(sum(score.precision < 1 for score in scores)),
        str(sum(bool(score.unaccounted) for score in scores)),
        str(sum(bool(score.crash) for score in scores)),
    )


def main() -> None:
    """Print the table, and what went wrong with the kinds that are named."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    scores: dict[str, list[Score]] = defaultdict(list)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for variant in variants():
            if wanted is None or variant.kind.startswith(wanted):
                scores[variant.kind].append(read(variant, Path(folder) / "polluted.csv"))
    print("| " + " | ".join(COLUMNS) + " |")
    print("| --- |" + " ---: |" * (len(COLUMNS) - 1))
    for kind, of_kind in scores.items():
        print("| " + " | ".join(line(kind, of_kind)) + " |")
    print("| " + " | ".join(line("all", [score for of_kind in scores.values() for score in of_kind])) + " |")
    print(f"\n{time.perf_counter() - started:.1f} s", file=sys.stderr)
    if wanted is not None:
        for score in (score for of_kind in scores.values() for score in of_kind):
            if score.recall < 1 or score.precision < 1 or score.unaccounted or score.crash:
                variant = score.variant
                print(
                    f"{variant.table}, {variant.kind}, {variant.detail}: {score.recall:.3f} {score.precision:.3f}",
                    end="",
                )
                print(
                    f" unaccounted {score.unaccounted[:5]}" if score.unaccounted else "", score.wrong[:2], score.crash
                )


if __name__ == "__main__":
    main()
