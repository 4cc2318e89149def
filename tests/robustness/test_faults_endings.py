"""F02, F03, F04, F10: signals in every phase, no room on stdout, readers that leave."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

INGEST = ["ingest", "more.csv", "-o", "log", "--force", "-q", "--threads", "1"]
ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7"
PHASES = {
    "reading": INGEST,
    "linking": INGEST,
    "publishing": INGEST,
    "querying": ["sql", "log", ENDLESS],
    "discovering": ["discover", "log", "-o", "out"],
    "workbook": ["ingest", "book.xlsx", "-o", "new"],
    "layout": ["map", "log", "-o", "map.html"],
}
BY_THE_NEXT_RUN = ("linking",)
"""Phases that stay in a library, so that the program is ended from outside and can't put everything in order."""
SOON_S = 3.0
"""Two seconds, and one for a machine that is busy with other tests."""


def temporary(tree: Iterable[str]) -> list[str]:
    return [path for path in tree if ".ordermine-" in path or path.startswith("tmp/")]


def check_ended(run: dict[str, Any], code: int) -> None:
    assert run["code"] == code, run
    assert run["said"] == "\nordermine: interrupted; what was there before is untouched\n", run["phase"]
    assert run["seconds"] < SOON_S, run["phase"]
    assert not run["alive"], f"{run['phase']}: the process that it started lives on"
    assert temporary(run["after"]) == [], run["phase"]
    added = {path: content for path, content in run["after"].items() if not path.startswith("log/000002")}
    assert (added if run["phase"] in BY_THE_NEXT_RUN else run["after"]) == run["before"], run["phase"]


@pytest.mark.usefixtures("workbook")
def test_f02_interrupted_in_every_phase(start: Path, run_script: Any) -> None:
    """Ctrl-C ends a command within two seconds with exit code 130 and one sentence, whatever it is at: reading,
    linking, publishing, a query, the discovery of a model, a workbook's parser, the layout of a map. What was there is
    as it was, temporary files are gone, and so are the processes that it started. Only where a library doesn't return
    in time does an unpublished generation stay, which the next run removes.
    """
    runs = [{"arguments": words, "phase": phase, "signals": [signal.SIGINT]} for phase, words in PHASES.items()]
    for run in run_script("ended_runs.py", start=start, runs=runs):
        check_ended(run, 130)


def test_f02_a_second_time(start: Path, run_script: Any) -> None:
    """A second Ctrl-C ends a command at once, even where a library doesn't let it tidy up."""
    asked = {"arguments": INGEST, "phase": "linking", "signals": [signal.SIGINT, signal.SIGINT]}
    (run,) = run_script("ended_runs.py", start=start, runs=[asked])
    check_ended(run, 130)
    assert run["seconds"] < 1


@pytest.mark.usefixtures("workbook")
def test_f03_terminated_in_every_phase(start: Path, run_script: Any) -> None:
    """What is said of Ctrl-C holds for the signal by which a system tells a program to end; the exit code is 143."""
    runs = [{"arguments": words, "phase": phase, "signals": [signal.SIGTERM]} for phase, words in PHASES.items()]
    for run in run_script("ended_runs.py", start=start, runs=runs):
        check_ended(run, 143)


ANALYZE = ["analyze", "log", "-q", "--select", "OM101"]
PRINTED = [
    ["inspect", "orders.csv", "-q"],
    ["inspect", "orders.csv", "-q", "--format", "json"],
    ["inspect", "orders.csv", "-q", "-o", "-"],
    ["ingest", "more.csv", "-q", "-o", "new"],
    ["ingest", "more.csv", "-q", "-o", "new", "--format", "json"],
    ["discover", "log", "-q", "--no-quality"],
    ["discover", "log", "-q", "--no-quality", "--format", "csv"],
    *([*ANALYZE, "--format", form] for form in ("text", "json", "csv", "md", "jsonl", "sarif", "junit", "github")),
    ["measure", "OM101", "log", "-q"],
    ["measure", "OM101", "log", "-q", "--format", "md"],
    ["explain", "OM401"],
    ["ftr", "log", "-q"],
    ["ftr", "log", "-q", "--format", "json"],
    ["show", "log", "3", "-q"],
    ["show", "log", "3", "-q", "--format", "json"],
    *(["sql", "log", "SELECT 1", "-q", "--format", form] for form in ("text", "json", "csv", "md")),
    ["simulate", "demo", "--orders", "3", "-o", "demo"],
    ["--help"],
]


def test_f10_nobody_reads(start: Path, run_script: Any) -> None:
    """When nobody reads stdout, as after `| head -1`, every command ends with exit code 0 and without a word, whatever
    its format; what it was to write besides is complete.
    """
    runs = [{"arguments": words, "stdout": "closed"} for words in PRINTED]
    for run in run_script("ended_runs.py", start=start, runs=runs):
        assert (run["code"], run["said"]) == (0, ""), run["arguments"]
        if run["arguments"][0] == "ingest":
            assert "new/manifest.json" in run["after"]
        if run["arguments"][0] == "simulate":
            assert "demo/truth.json" in run["after"]


class Unread(io.StringIO):
    """A pipe to somebody who has left."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def test_f10_nobody_reads_what_goes_on(start: Path, ordermine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody reads progress and notes on stderr, a command does its work all the same."""
    monkeypatch.setattr("ordermine.cli.progress.PATIENCE_S", -1.0)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", Unread())
        said = ordermine("ingest", start / "more.csv", "-o", start / "new")
    assert said.code == 0
    assert ordermine("sql", start / "new", "SELECT count(*) AS n FROM events", "--format", "csv").out == "n\n36\n"


def test_f10_a_gate_counts_all_the_same(start: Path, run_script: Any) -> None:
    """A gate that is breached gives exit code 4 also when nobody reads what is printed."""
    words = ["analyze", "log", "-q", "--select", "OM003", "--fail-on", "OM003"]
    runs = [{"arguments": words, "stdout": "closed"}, {"arguments": words}]
    for run in run_script("ended_runs.py", start=start, runs=runs):
        assert run["code"] == 4, run["said"]


def test_f04_no_room_on_stdout(start: Path, run_script: Any) -> None:
    """Where stdout leads to a full disk, a command says so and ends with exit code 6."""
    chosen = [PRINTED[at] for at in (0, 1, 3, 4)] + [words for words in PRINTED if words[0] in ("sql", "show")]
    runs = [{"arguments": words, "stdout": "full"} for words in chosen]
    for run in run_script("ended_runs.py", start=start, runs=runs):
        assert run["code"] == 6, run["arguments"]
        assert run["said"].splitlines() == [
            "ordermine: the machine got in the way: [Errno 28] No space left on device",
            "hint: check space, memory and permissions",
        ], run["arguments"]
