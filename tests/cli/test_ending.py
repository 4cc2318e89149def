"""How a command ends when it is interrupted, or when nobody reads on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

COMMAND = [sys.executable, "-c", "from ordermine.cli import main; main()"]


def ended(process):
    """Wait for the end of a process; return what it wrote."""
    try:
        return process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.mark.parametrize(
    "arguments",
    [
        ["sql", "log", "SELECT * FROM range(200000)", "--format", "csv"],
        ["sql", "log", "SELECT range FROM range(3000)"],
        ["sql", "log", "SELECT * FROM range(200000)", "--format", "json"],
        ["sql", "log", "SELECT * FROM range(50000)", "--format", "md"],
    ],
)
def test_a_reader_that_leaves_is_no_error(log, tmp_path, arguments):
    # Quiet, since a busy machine may take longer than a second, after which progress is shown.
    with subprocess.Popen(
        [*COMMAND, *arguments, "--quiet"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_query_ends_soon(log, tmp_path, number, code):
    endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7"
    with subprocess.Popen(
        [*COMMAND, "sql", log, endless], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        time.sleep(3)
        process.send_signal(number)
        begun = time.monotonic()
        out, err = ended(process)
        assert time.monotonic() - begun < 3
    assert process.returncode == code
    assert out == b""
    assert b"Traceback" not in err


def test_an_interrupted_ingest_leaves_the_log_as_it_was(log, tmp_path):
    fifo = tmp_path / "slow.csv"
    with fifo.open("w", encoding="utf-8") as file:
        file.write("order,activity,timestamp\n")
        file.writelines(f"{n % 50_000},A{n % 9},2026-01-{1 + n % 28:02}T00:00:00Z\n" for n in range(300_000))
    before = (tmp_path / log / "manifest.json").read_bytes()
    with subprocess.Popen(
        [*COMMAND, "ingest", fifo.name, "-o", log, "--force", "--threads", "2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not (tmp_path / log / "000002").exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, err = ended(process)
        assert time.monotonic() - begun < 3
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert (tmp_path / log / "manifest.json").read_bytes() == before
    assert [path.name for path in (tmp_path / log).iterdir() if path.is_dir()] == ["000001"]


def test_stdout_holds_utf_8_whatever_the_locale(log, tmp_path):
    done = subprocess.run(
        [*COMMAND, "sql", log, "SELECT 'Größe ☃' AS \"ß\"", "--format", "json"],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["result"]["rows"] == [{"ß": "Größe ☃"}]


def test_stdin_is_an_export(export, tmp_path):
    done = subprocess.run(
        [*COMMAND, "discover", "-", "--no-quality", "-q"],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        input=export.read_bytes(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.startswith(b"stdin: 2 orders, 5 events")
