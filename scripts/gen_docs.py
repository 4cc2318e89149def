"""Write the generated pages of docs/; a test fails when they are stale."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def cli_reference() -> str:
    """Return the command reference: the help of every command, 80 columns wide."""
    os.environ["COLUMNS"] = "80"
    os.environ["NO_COLOR"] = "1"
    os.environ["TERM"] = "dumb"
    from typer.testing import CliRunner

    from ordermine.cli import app

    names = [command.name for command in app.registered_commands]
    lines = ["# Command reference", "", "Generated from `--help`; `make docs` writes it again.", ""]
    for name in [None, *names]:
        arguments = [name, "--help"] if name else ["--help"]
        shown = CliRunner().invoke(app, arguments, prog_name="ordermine", color=False).output
        text = "\n".join(line.rstrip() for line in shown.strip("\n").splitlines())
        lines += [f"## ordermine {name}" if name else "## ordermine", "", "```text", text, "```", ""]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Return path → contents of every generated page."""
    return {DOCS / "cli.md": cli_reference()}


def stale() -> list[str]:
    """Return the names of pages that differ from what would be written."""
    return [
        str(path.relative_to(ROOT))
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        if names := stale():
            sys.exit(f"stale: {', '.join(names)}; run `make docs`")
    else:
        for path, text in pages().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
