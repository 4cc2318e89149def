"""The weekly report in a few lines, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.report.charts.sparkline import blocks
from ordermine.report.findings import wrapped
from ordermine.report.gates import gate_sentence
from ordermine.report.table import visible
from ordermine.report.weekly.words import (
    change_text,
    headline,
    interval_text,
    key_numbers,
    look_first,
    moment_text,
    value_text,
    week_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from ordermine.analyze.weekly.value import WeeklyReport


def print_summary(console: Console, report: WeeklyReport, name: str, files: Mapping[str, str]) -> None:
    """Print headline, key numbers, what to look at first, and where the files are.

    Parameters
    ----------
    console
        Where to print.
    report
        What the report says.
    name
        Of the log.
    files
        Path → what it is.
    """
    from rich.text import Text

    def say(text: str, style: str = "", indent: int = 0) -> None:
        for line in wrapped(visible(text), console.width, indent=indent):
            console.print(Text(line, style=style))

    say(f"{name}: {report.week.name}, {week_text(report.week)}", "bold")
    say(f"as of {moment_text(report.as_of)}", "dim")
    console.print()
    for sentence in headline(report):
        say(sentence)
    console.print()
    for said in key_numbers(report):
        unit, latest = said.measure.unit, said.latest
        trend = blocks([week.value for week in said.weeks if week.mature])
        number = value_text(said, latest.value) if latest else "not matured yet"
        say(f"{said.measure.title}: {number}  {trend}", "bold")
        if latest:
            interval = interval_text(latest, unit)
            of = f"{said.latest_week}, {latest.n:,} orders" + (f", 95 %: {interval}" if interval else "")
            say(f"{of}; {change_text(said)}", "dim", 2)
    if report.gates:
        console.print()
        say("Gates", "bold")
    for verdict in report.gates:
        say(f"{verdict.gate.text}: {verdict.outcome}")
        say(gate_sentence(verdict), "dim", 2)
    first = look_first(report)
    if first:
        console.print()
        say("Look at first", "bold")
        for finding, compared in first:
            mark = f" ({compared.status})" if compared and compared.status in ("new", "worse") else ""
            for line in wrapped(visible(f"{finding.message}{mark}"), console.width, finding.code):
                console.print(Text(line))
    console.print()
    for path, what in files.items():
        console.print(Text(visible(f"{path}  {what}"), style="dim"))
