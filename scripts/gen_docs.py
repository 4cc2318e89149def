"""Write the generated pages of docs/; a test fails when they are stale."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from robustness_page import robustness_page

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


def analyzer_pages() -> dict[Path, str]:
    """Return a page for every analyzer, and their index by family."""
    from importlib import import_module

    from ordermine.analyze.registry import ANALYZERS
    from ordermine.report.explained import analyzer_markdown

    index = ["# Analyzers", "", "Generated from the analyzers' own pages; `make docs` writes it again.", ""]
    families: dict[str, list[str]] = {}
    for one in ANALYZERS:
        family = import_module(one.judge.__module__.rpartition(".")[0]).__doc__ or ""
        line = f"| [{one.code}]({one.code}.md) | {one.name} | {one.summary} |"
        families.setdefault(family.strip().splitlines()[0], []).append(line)
    for family, lines in families.items():
        index += [f"## {family.rstrip('.')}", "", "| code | name | what it counts |", "| --- | --- | --- |", *lines, ""]
    folder = DOCS / "analyzers"
    return {
        folder / "index.md": "\n".join(index),
        **{folder / f"{one.code}.md": analyzer_markdown(one) for one in ANALYZERS},
    }


def glossary_page() -> str:
    """Return the glossary, and the measures of the scorecard."""
    from ordermine.analyze.measures.registry import MEASURES
    from ordermine.findings.glossary import GLOSSARY

    lines = ["# Glossary", "", "Generated from what `ordermine explain TERM` prints; `make docs` writes it again.", ""]
    for term, definition in GLOSSARY.items():
        lines += [f"**{term}**: {definition}", ""]
    lines += ["## Measures", "", "| name | area | what it says | needs |", "| --- | --- | --- | --- |"]
    lines += [f"| `{one.name}` | {one.area} | {one.title}. {one.definition} | {one.needs} |" for one in MEASURES]
    lines.append("")
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Return path → contents of every generated page."""
    return {
        DOCS / "cli.md": cli_reference(),
        DOCS / "glossary.md": glossary_page(),
        DOCS / "robustness.md": robustness_page(ROOT / "tests" / "robustness"),
        **analyzer_pages(),
    }


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
