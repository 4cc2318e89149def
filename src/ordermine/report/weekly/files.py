"""The files of the weekly report: start here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.report.envelope import envelope
from ordermine.report.render import csv_text
from ordermine.report.weekly.markdown import markdown
from ordermine.report.weekly.page import page
from ordermine.report.weekly.result import result
from ordermine.report.weekly.tables import finding_table, order_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.weekly.value import WeeklyReport
    from ordermine.eventlog.log import Log
    from ordermine.report.map_page.page import InteractiveMap

FILES: Final = {
    "report.html": "everything, for a browser or a mail attachment",
    "report.md": "the short version, for a chat or a CI step",
    "report.json": "everything, for programs and the next report's --against",
    "findings.csv": "all findings",
    "orders.csv": "the orders to look at, and why",
}


def report_files(
    report: WeeklyReport, log: Log, drawn: InteractiveMap, name: str, notes: Sequence[str]
) -> dict[str, bytes]:
    """Return file name → contents.

    Parameters
    ----------
    report
        What the report says.
    log
        The log that it is about, for where it comes from.
    drawn
        Its process map.
    name
        Of the log.
    notes
        What has to be said with it.
    """
    texts = {
        "report.html": page(report, log, drawn, name, notes),
        "report.md": markdown(report, name, notes),
        "report.json": envelope("report", log.manifest, result(report), notes, log=log),
        "findings.csv": csv_text(finding_table(report)),
        "orders.csv": csv_text(order_table(report)),
    }
    return {name: texts[name].encode() for name in FILES}
