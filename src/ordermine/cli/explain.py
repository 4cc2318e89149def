"""`ordermine explain`: how something is counted, or what a word means."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ordermine.cli.options import Debug


def explain(
    word: Annotated[str, typer.Argument(help="Code of an analyzer, or a term.", metavar="CODE|TERM")],
    sql: Annotated[bool, typer.Option("--sql", help="Show the query of the analyzer.")] = False,
    output_format: Annotated[Literal["text", "json", "md"], typer.Option("--format", help="How to print.")] = "text",
    debug: Debug = False,
) -> None:
    """Say how an analyzer counts (definition, unit, needs, source, example), or what a term means.

    Example: ordermine explain OM401
    """
    from ordermine.analyze.registry import ANALYZERS
    from ordermine.errors import UsageError
    from ordermine.report import explained as report
    from ordermine.report.envelope import envelope

    found = report.look_up(word, ANALYZERS)
    if sql:
        if isinstance(found, str):
            raise UsageError(f"{found!r} is a term, it has no query", hint=f"leave --sql out: ordermine explain {word}")
        typer.echo(report.sql_text(found), nl=False)
    elif output_format == "json":
        typer.echo(envelope("explain", None, report.facts(found)), nl=False)
    elif isinstance(found, str):
        typer.echo(report.term_markdown(found) if output_format == "md" else report.term_text(found), nl=False)
    else:
        page = report.analyzer_markdown(found) if output_format == "md" else report.analyzer_text(found)
        typer.echo(page, nl=False)
