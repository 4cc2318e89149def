"""The command line: parse, call, print. One thin file per command; errors become exit codes here and nowhere else."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
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
from ordermine.errors import EnvironmentFault, OrdermineError, blames_machine
from ordermine.interrupts import stop_work
from ordermine.temporary import remove_all

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
"""Seconds in which an interrupted command may clean up; a second signal ends them."""

INTERRUPTED = "\nordermine: interrupted; what was there before is untouched\n"


class _Stopped(BaseException):
    """A signal asked the program to end."""


def _stop(number: int, _: FrameType | None) -> None:
    # A second signal must not come in between what cleans up after the first; see `_end_soon`.
    if not state.signal:
        state.signal = number
        raise _Stopped


def _end_soon(wakeup: int) -> None:
    """Wait for a signal; stop queries and processes, and end the program if it hasn't by itself.

    Python's own handlers wait until the main thread leaves whatever library it is in, which may take forever.
    """
    number = os.read(wakeup, 1)
    if number:
        stop_work()
        select.select([wakeup], [], [], GRACE_S)
        with contextlib.suppress(OSError):
            os.write(2, INTERRUPTED.encode())
        remove_all()
        os._exit(128 + number[0])
    os.close(wakeup)


def main() -> None:
    """Run the command line; the one place where errors become messages and exit codes."""
    signalled: int | None = None
    code: str | int | None
    try:
        signalled = _listen()
        # Text is UTF-8 whatever the locale says; what a terminal can't show is spelled out.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        app()
    except (_Stopped, Exception) as error:
        code = _exit_code(error)
    except SystemExit as leaving:
        if state.signal:
            _exit_code(leaving)
        # The reader of stdout has seen enough, as in `| head`; Typer and rich make an exit with code 1 of it.
        unread = isinstance(leaving.__context__, BrokenPipeError)
        code = _unread() if unread else leaving.code
    finally:
        if signalled is not None:
            signal.set_wakeup_fd(-1)
            os.close(signalled)
    sys.exit(_flushed(code))


def _listen() -> int:
    """Let signals end the program in good order, until the descriptor that is returned is closed."""
    wakeup, signalled = os.pipe()
    os.set_blocking(signalled, False)
    threading.Thread(target=_end_soon, args=(wakeup,), daemon=True).start()
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    return signalled


def _flushed(code: str | int | None) -> str | int | None:
    """Hand over what is still to be written to stdout; return the exit code after that."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        _write_nowhere()
        return code or _exit_code(error)
    return code


def _unread() -> int:
    """Return the exit code for when nobody reads stdout to its end: a gate that is breached still counts."""
    _write_nowhere()
    return state.breached.exit_code if state.breached else 0


def _write_nowhere() -> None:
    # Else the interpreter tries again at its end, and says so.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_code(error: BaseException) -> int:
    """Say what went wrong; return the exit code for it."""
    # A query that is interrupted ends with an error of its own.
    if state.signal:
        _say(INTERRUPTED)
        # The interpreter's own end would wait for a query that doesn't stop.
        remove_all()
        os._exit(128 + state.signal)
    if state.debug:
        traceback.print_exception(error)
    from ordermine.report.table import visible

    if isinstance(error, OrdermineError):
        lines = [*f"ordermine: {error}".split("\n"), *(f"hint: {error.hint}".split("\n") if error.hint else ())]
        _say("".join(f"{visible(line)}\n" for line in lines))
        return error.exit_code
    first = visible(str(error).splitlines()[0]) if str(error) else type(error).__name__
    if isinstance(error, MemoryError):
        _say("ordermine: not enough memory\nhint: give a --memory-limit, so that disk is used instead\n")
        return EnvironmentFault.exit_code
    if blames_machine(error):
        _say(f"ordermine: the machine got in the way: {first}\nhint: check space, memory and permissions\n")
        return EnvironmentFault.exit_code
    _say(
        f"ordermine: unexpected error: {type(error).__name__}: {first}\n"
        "hint: run it again with --debug and report what it prints\n"
    )
    return OrdermineError.exit_code


def _say(text: str) -> None:
    # That nobody can read a message is no reason for another exit code.
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(text)
        sys.stderr.flush()
