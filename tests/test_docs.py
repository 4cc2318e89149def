from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.cli import app

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parent.parent


def test_generated_pages_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    spec = importlib.util.spec_from_file_location("gen_docs", ROOT / "scripts" / "gen_docs.py")
    assert spec
    assert spec.loader
    gen_docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gen_docs)
    assert gen_docs.stale() == [], "run `make docs`"


def test_every_command_has_help_and_an_example() -> None:
    for command in app.registered_commands:
        doc = (command.callback.__doc__ if command.callback else None) or ""
        assert "Example: ordermine" in doc, command.name


def test_readme_mentions_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"| `{command.name}` |" in readme


def test_no_case_of_robustness_is_open_without_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    robustness = importlib.import_module("robustness_page")
    assert robustness.NO_TEST not in robustness.robustness_page(ROOT / "tests" / "robustness")
