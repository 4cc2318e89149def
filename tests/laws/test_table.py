"""docs/laws.md names tests that exist, and every law of this folder."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "laws.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/\S+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 30
    for file, test in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not test or re.search(rf"^(?:def|class) {test}\b", source, re.MULTILINE), f"{file}::{test}"


def test_every_law_is_named() -> None:
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path != Path(__file__):
            for test in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
                assert f"`tests/laws/{path.name}::{test}`" in PAGE, test
