"""Options that several commands share, declared once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ordermine.cli.state import set_debug
from ordermine.errors import UsageError
from ordermine.memory import check_address_space, memory_bytes
from ordermine.quoting import writable

if TYPE_CHECKING:
    from ordermine.cli.progress import Progress
    from ordermine.eventlog.log import Log

Format = Literal["text", "json", "csv", "md"]

Debug = Annotated[
    bool, typer.Option("--debug", help="Show a traceback when something goes wrong.", callback=set_debug, is_eager=True)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on stderr.")]
Threads = Annotated[int | None, typer.Option("--threads", help="Threads to use.", min=1, show_default="all cores")]
Memory = Annotated[str | None, typer.Option("--memory-limit", help="Memory to use, e.g. 4GB; beyond it disk is used.")]
ProjectFile = Annotated[
    Path | None, typer.Option("--project", help="Project file.", show_default="the copy in the log", dir_okay=False)
]
Exports = Annotated[
    list[str],
    typer.Argument(help="Exported files, databases (postgresql://…, SQLite, DuckDB); - is stdin.", metavar="EXPORT..."),
]
Query = Annotated[str | None, typer.Option("--query", help="What to read of a database: one SELECT.", metavar="SELECT")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what exists.")]

Sheet = Annotated[
    str | None, typer.Option(help="Sheet of a workbook to read.", metavar="NAME", show_default="the only one with data")
]

LOG_HELP = "A log, or an exported file."
BEFORE_LOG = ("code", "planted")
"""Arguments of reading commands that stand before the log."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What every reading command is given, and the log it opens."""

    path: Path
    project: Path | None
    output_format: Format
    as_of: str | None
    quiet: bool
    memory_limit: str | None
    threads: int | None
    start_from: str | None
    start_to: str | None
    where: str | None
    variant: str | None
    case: str | None

    @property
    def name(self) -> str:
        """Name of the log, for headings."""
        return "stdin" if str(self.path) == "-" else writable(self.path.name) or "log"

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files that no output may replace."""
        return tuple(path for path in (self.path, self.project) if path is not None)

    def open(self, progress: Progress) -> Log:
        """Open the log; an exported file is ingested first, into a cache."""
        from ordermine.cli.arrow import spare_pandas
        from ordermine.cli.cache import cached_log
        from ordermine.eventlog.filters import Filters
        from ordermine.eventlog.log import open_log
        from ordermine.ingest.databases.address import is_address

        spare_pandas()
        path = self.path
        if is_address(str(path)):
            raise UsageError(
                "a database is no log, and no exported file",
                hint="read it first: ordermine ingest postgresql://… -o LOG",
            )
        if str(path) == "-" or path.is_file():
            path = cached_log(
                path,
                self.project,
                threads=self.threads,
                memory_limit=memory_bytes(self.memory_limit),
                progress=progress,
            )
        return open_log(
            path,
            project=self.project,
            filters=Filters(self.start_from, self.start_to, self.where, self.variant, self.case),
            as_of=self.as_of,
            threads=self.threads,
            memory_limit=self.memory_limit,
        )


def reading_command(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, whose first parameter is a `Reading`, the arguments and options of all reading commands.

    They are declared here once, instead of in every command's signature.
    """
    common: dict[str, tuple[Any, Any]] = {
        "log": (Annotated[Path, typer.Argument(help=LOG_HELP, metavar="LOG")], inspect.Parameter.empty),
        "project": (ProjectFile, None),
        "output_format": (FormatOption, "text"),
        "as_of": (
            Annotated[
                str | None, typer.Option("--as-of", help="The moment that counts as now.", show_default="last event")
            ],
            None,
        ),
        "start_from": (Annotated[str | None, typer.Option("--from", help="Orders that start then or later.")], None),
        "start_to": (Annotated[str | None, typer.Option("--to", help="Orders that start before then.")], None),
        "where": (
            Annotated[
                str | None, typer.Option("--where", help="Orders with an event for which this SQL condition holds.")
            ],
            None,
        ),
        "variant": (Annotated[str | None, typer.Option("--variant", help="Orders of this variant (id).")], None),
        "case": (Annotated[str | None, typer.Option("--case", help="Only this order.")], None),
        "quiet": (Quiet, False),
        "debug": (Debug, False),
        "memory_limit": (Memory, None),
        "threads": (Threads, None),
    }
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    own_names = {parameter.name for parameter in own}

    @functools.wraps(command)
    def wrapper(**given: Any) -> None:
        given.pop("debug", None)
        shared = {name: given.pop(name) for name in common if name in given and name not in own_names}
        path = shared.pop("log")
        check_memory(shared.get("memory_limit"))
        defaults = {name: default for name, (_, default) in common.items() if name not in ("log", "debug")}
        command(Reading(path, **{**defaults, **shared}), **given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, keyword, annotation=annotation, default=default)
        for name, (annotation, default) in common.items()
        if name not in own_names
    ]
    positional = [p for p in own if p.default is inspect.Parameter.empty]
    optional = [p for p in own if p.default is not inspect.Parameter.empty]
    before = [p for p in positional if p.name in BEFORE_LOG]
    after = [p for p in positional if p.name not in BEFORE_LOG]
    ordered = [*before, parameters[0], *after, *optional, *parameters[1:]]
    signature = inspect.Signature([parameter.replace(kind=keyword) for parameter in ordered])
    wrapper.__signature__ = signature  # type: ignore[attr-defined]
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    del wrapper.__wrapped__
    return wrapper


def check_folder(output: Path | None) -> None:
    """Raise UsageError if an output that is a folder is to be stdout."""
    if output == Path("-"):
        raise UsageError("-o -: what is written is a folder, not one file", hint="name a folder")


def check_memory(text: str | None) -> None:
    """Raise UsageError unless `text` is an amount of memory to work with, EnvironmentFault without address space."""
    check_address_space()
    amount = memory_bytes(text)
    if amount is not None and amount < 100_000_000:
        raise UsageError(f"--memory-limit {text}: too little to work with", hint="give at least 100MB")
