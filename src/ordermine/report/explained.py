"""What a code or a term means, for machines and for people."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from ordermine.analyze.base import SECTIONS
from ordermine.analyze.measures.registry import MEASURES
from ordermine.errors import UsageError, near
from ordermine.findings.glossary import GLOSSARY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.base import Analyzer

EXPECTATIONS = ("row:", "totals:", "finding:", "no finding", "thresholds:", "project:")
"""How the blocks of an example begin that aren't prose."""


TERMS = {
    **GLOSSARY,
    **{one.name: f"{one.title}. {one.definition} Needs {one.needs}." for one in MEASURES},
}
"""Term, or name of a measure → definition."""


def look_up(word: str, analyzers: Sequence[Analyzer]) -> Analyzer | str:
    """Return the analyzer with that code or name, else the term of the glossary or the measure.

    Raises
    ------
    UsageError
        It is none of these.
    """
    plain = word.strip().lower().replace("_", "-")
    for one in analyzers:
        if plain == one.code.lower():
            return one
    for term in TERMS:
        if plain.replace("-", " ") == term.lower().replace("_", " ").replace("-", " "):
            return term
    for one in analyzers:
        if plain.replace("-", " ") == one.name.replace("-", " "):
            return one
    known = [*(one.code for one in analyzers), *TERMS, *(one.name for one in analyzers)]
    raise UsageError(f"nothing is known as {word!r}", hint=near(plain.upper() if plain[:2] == "om" else plain, known))


def analyzer_text(one: Analyzer, width: int = 80) -> str:
    """Return the page of an analyzer as text; prose is filled, tables and expectations stay as they are."""
    blocks = [f"{one.code} {one.name}: {one.summary}"]
    for title in SECTIONS:
        blocks += [f"{title}\n{'-' * len(title)}", *one.section(title).split("\n\n")]
    return "\n\n".join(block if _verbatim(block) else _filled(block, width) for block in blocks) + "\n"


def sql_text(one: Analyzer) -> str:
    """Return the queries of an analyzer, ready to be read.

    Raises
    ------
    UsageError
        It is measured without a query.
    """
    if not one.sql:
        raise UsageError(
            f"{one.code} is measured on arrays, not by a query", hint=f"its definition: ordermine explain {one.code}"
        )
    views = f"-- views: {', '.join(one.views)}\n" if one.views else ""
    totals = f"\n-- totals\n{one.totals.strip()}\n" if one.totals else ""
    return f"{views}{one.sql.strip()}\n{totals}"


def term_text(term: str, width: int = 80) -> str:
    """Return a term of the glossary as text."""
    return f"{term}\n\n{_filled(TERMS[term], width)}\n"


def facts(found: Analyzer | str) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    if isinstance(found, str):
        return {"term": found, "definition": TERMS[found]}
    return {
        "code": found.code,
        "name": found.name,
        "summary": found.summary,
        **{title.lower(): found.section(title) for title in SECTIONS},
        "params": found.thresholds(),
        "columns": [{"name": name, "unit": unit} for name, unit in found.columns.items()],
        "sql": found.sql.strip(),
        "totals_sql": found.totals.strip(),
    }


def analyzer_markdown(one: Analyzer) -> str:
    """Return the page of an analyzer as Markdown: headings, prose, the example as a table and a block."""
    lines = [f"# {one.code} {one.name}", "", one.summary, ""]
    for title in SECTIONS:
        lines += [f"## {title}", "", _section_markdown(one.section(title)), ""]
    columns = [f"| `{name}` | {unit} |" for name, unit in one.columns.items()]
    lines += ["## Columns", "", "| column | unit |", "| --- | --- |", *columns, ""]
    if one.sql:
        lines += ["## Query", "", "```sql", one.sql.strip(), "```", ""]
    return "\n".join(lines)


def term_markdown(term: str) -> str:
    """Return a term of the glossary as Markdown."""
    return f"# {term}\n\n{TERMS[term]}\n"


def _section_markdown(text: str) -> str:
    """Return a section with reStructuredText's double backticks as Markdown's single ones and expectations as code."""
    lines = []
    for block in text.replace("``", "`").split("\n\n"):
        lines.append(f"```text\n{block}\n```" if _verbatim(block) and not block.startswith("|") else block)
    return "\n\n".join(lines)


def _verbatim(block: str) -> bool:
    """Whether a block is laid out by hand: a heading, a table, or what an example expects."""
    return block.startswith(("|", *EXPECTATIONS)) or "\n---" in block


def _filled(block: str, width: int) -> str:
    return textwrap.fill(block, width, break_on_hyphens=False)
