"""The command line: parse, call, print. One thin file per command; errors become exit codes here and nowhere else."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from types import FrameType

import typer

from ordermine.cli import state
from ordermine.cli.analyze import analyze
from ordermine.cli.compare import compare
from ordermine.cli.discover import discover
from ordermine.cli.explain import explain
from ordermine.cli.export import export
from ordermine.cli.ftr import ftr
from ordermine.cli.ingest import ingest
from ordermine.cli.inspect import inspect
from ordermine.cli.map import map_command
from ordermine.cli.measure import measure
from ordermine.cli.origins import origins
from ordermine.cli.report import report
from ordermine.cli.score import score
from ordermine.cli.scorecard import scorecard
from ordermine.cli.show import show
from ordermine.cli.simulate import simulate
from ordermine.cli.sql import sql
from ordermine.errors import OrdermineError
from ordermine.interrupts import stop_queries

app = typer.Typer(
    name="ordermine",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain help: laying it out in panels takes as long as everything else that `--help` does.
    rich_markup_mode=None,
    help="Rebuild the actual lead-to-cash process from order exports, and say with evidence where orders go wrong.",
)
app.command("inspect")(inspect)
app.command("ingest")(ingest)
app.command("discover")(discover)
app.command("map")(map_command)
app.command("analyze")(analyze)
app.command("measure")(measure)
app.command("explain")(explain)
app.command("origins")(origins)
app.command("ftr")(ftr)
app.command("compare")(compare)
app.command("report")(report)
app.command("show")(show)
app.command("scorecard")(scorecard)
app.command("sql")(sql)
app.command("export")(export)
app.command("simulate")(simulate)
app.command("score")(score)


GRACE_S = 1.5
"""Seconds in which an interrupted command may clean up."""


class _Stopped(BaseException):
    """A signal asked the program to end."""


def _stop(number: int, _: FrameType | None) -> None:
    state.signal = number
    raise _Stopped


def _end_soon(wakeup: int) -> None:
    """Wait for a signal; stop queries, and end the program if it hasn't by itself.

    Python's own handlers wait until the main thread leaves whatever library it is in, which may take forever.
    """
    number = os.read(wakeup, 1)
    os.close(wakeup)
    if number:
        stop_queries()
        time.sleep(GRACE_S)
        os._exit(128 + number[0])


def main() -> None:
    """Run the command line; the one place where errors become messages and exit codes."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    wakeup, signalled = os.pipe()
    os.set_blocking(signalled, False)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    threading.Thread(target=_end_soon, args=(wakeup,), daemon=True).start()
    # Text is UTF-8 whatever the locale says; what a terminal can't show is spelled out.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except (_Stopped, Exception) as error:
        sys.exit(_exit_code(error))
    except SystemExit as leaving:
        # The reader of stdout has seen enough, as in `| head`; Typer and rich make an exit with code 1 of it.
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    finally:
        signal.set_wakeup_fd(-1)
        os.close(signalled)


def _exit_code(error: BaseException) -> int:
    """Say what went wrong; return the exit code for it."""
    # A query that is interrupted ends with an error of its own.
    if state.signal:
        sys.stderr.write("\nordermine: interrupted; what was there before is untouched\n")
        sys.stderr.flush()
        # Everything is cleaned up by now; the interpreter's own end would wait for a query that doesn't stop.
        os._exit(128 + state.signal)
    if state.debug:
        traceback.print_exception(error)
    if isinstance(error, OrdermineError):
        return _explain(error)
    if isinstance(error, MemoryError):
        sys.stderr.write("ordermine: not enough memory\nhint: give a --memory-limit, so that disk is used instead\n")
        return 6
    from ordermine.report.table import visible

    first = str(error).splitlines()[0] if str(error) else ""
    sys.stderr.write(
        f"ordermine: unexpected error: {type(error).__name__}: {visible(first)}\n"
        "hint: run it again with --debug and report what it prints\n"
    )
    return 1


def _explain(error: OrdermineError) -> int:
    from ordermine.report.table import visible

    for line in [*f"ordermine: {error}".split("\n"), *(f"hint: {error.hint}".split("\n") if error.hint else ())]:
        sys.stderr.write(f"{visible(line)}\n")
    return error.exit_code
