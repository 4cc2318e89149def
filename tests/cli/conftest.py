"""Commands run as a person runs them, in this process."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ordermine.cli import main, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPORT = """order,activity,timestamp,department,user
1,Enter,2026-01-01T08:00:00Z,Sales,u1
1,Ship,2026-01-01T09:00:00Z,Ops,u2
1,Enter,2026-01-02T09:00:00Z,Sales,u1
2,Enter,2026-01-03T08:00:00Z,Sales,u1
2,Cancel,2026-01-03T08:00:00Z,,u3
"""


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def ordermine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Said]:
    """Return a function that runs a command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(state, "debug", False)
    monkeypatch.setattr(state, "signal", 0)

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["ordermine", *map(str, arguments)])
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            main()
            code: object = 0
        except SystemExit as leaving:
            code = leaving.code or 0
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        captured = capsys.readouterr()
        assert isinstance(code, int)
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return an exported file, `orders.csv` in the working folder."""
    path = tmp_path / "orders.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


@pytest.fixture
def log(ordermine: Callable[..., Said], export: Path) -> str:
    """Return the name of a log of `orders.csv` in the working folder."""
    assert ordermine("ingest", export.name, "-o", "log", "-q").code == 0
    return "log"
