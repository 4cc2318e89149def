"""XML that wants more than to be read, and event logs in XES that are cut off or lack something."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError
from ordermine.ingest.open import open_sources
from ordermine.ingest.readers import xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Ingest, Said

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
STEP = (
    '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="2024-01-0{}T09:00:00Z"/>{}</event>'
)
TRACE = (
    f'<trace><string key="concept:name" value="o1"/>{STEP.format("Create", 1, "")}{STEP.format("Ship", 2, "")}</trace>'
)
OCEL = '<object-types><object-type name="order"/></object-types><events/><objects/>'
BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(12))


@pytest.fixture
def listener() -> Iterator[int]:
    """Listen on a port of this machine; whoever connects makes the test fail."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server.getsockname()[1]
        with pytest.raises(BlockingIOError):
            server.accept()


DECLARATIONS = {
    "a declaration without anything": ("<!DOCTYPE log>", ""),
    "a file": ('<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
    "a server": ('<!DOCTYPE log [<!ENTITY x SYSTEM "http://127.0.0.1:{port}/x">]>', "&x;"),
    "a parameter": ('<!DOCTYPE log [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/x"> %p;]>', ""),
    "a document type elsewhere": ('<!DOCTYPE log SYSTEM "http://127.0.0.1:{port}/x.dtd">', ""),
    "a public document type": ('<!DOCTYPE log PUBLIC "-//x//y" "http://127.0.0.1:{port}/x.dtd">', ""),
    "laughs": (f"<!DOCTYPE log [{BOMB}]>", "&e11;"),
    "a long entity": (f'<!DOCTYPE log [<!ENTITY x "{"x" * 100_000}">]>', "&x;" * 1000),
    "a cycle": ('<!DOCTYPE log [<!ENTITY x "&y;"><!ENTITY y "&x;">]>', "&x;"),
    "a default": ('<!DOCTYPE log [<!ATTLIST string value CDATA "x">]>', ""),
}


@pytest.mark.parametrize("wanted", DECLARATIONS)
@pytest.mark.parametrize("body", [TRACE, OCEL], ids=["xes", "ocel"])
def test_b45_document_types_and_entities_are_refused(
    ordermine: Callable[..., Said], tmp_path: Path, listener: int, wanted: str, body: str
) -> None:
    """XES and OCEL with a document type or an entity (a file, a server, a billion laughs, a long text a thousand times)
    is refused within a second; no file is read and no connection is made."""
    declaration, use = DECLARATIONS[wanted]
    path = tmp_path / "log.xml"
    path.write_text(f"{HEAD}{declaration.replace('{port}', str(listener))}<log>{body}<a>{use}</a></log>")
    started = time.process_time()
    said = ordermine("ingest", path, "-o", "log", "--case", "order")
    assert time.process_time() - started < 1
    assert said.code == 3
    assert "DOCTYPE" in said.err or "entit" in said.err.lower()
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("place", ["http://127.0.0.1:{port}/x", "file:///etc/hostname"])
def test_b45_a_file_that_includes_another_is_refused(
    ordermine: Callable[..., Said], tmp_path: Path, listener: int, place: str
) -> None:
    """A log that asks for another file to be included (XInclude) is refused, since not all of it is there; nothing is
    fetched."""
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{place}" parse="text"/>'
    (tmp_path / "log.xes").write_text(f"{HEAD}<log>{TRACE}{include.replace('{port}', str(listener))}</log>")
    said = ordermine("ingest", "log.xes", "-o", "log")
    assert (said.code, "XInclude" in said.err) == (3, True)


def test_b45_processing_instructions_do_nothing(ingest_files: Ingest, listener: int) -> None:
    """Processing instructions, such as a style sheet's address, are passed over and nothing is fetched."""
    style = f'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:{listener}/x.xsl"?>'
    log = ingest_files({"a.xes": f"{HEAD}{style}<log><?php echo 1 ?>{TRACE}</log>"})
    assert log.column("activity") == ["Create", "Ship"]


HUGE = {
    "deep.xes": f"{HEAD}<log>".encode() + b"<a>" * 1_000_000,
    "attributes.xes": f"{HEAD}<log><trace><event>".encode() + b'<int key="a" value="1"/>' * 1_000_000,
    "value.xes": f'{HEAD}<log><trace><event><string key="a" value="'.encode() + b"x" * 12_000_000,
    "junk.xes.gz": gzip.compress(f"{HEAD}<log>".encode() + b"<a/>" * 5_000_000 + b"</log>"),
    "trace.xes.gz": gzip.compress(f"{HEAD}<log><trace>".encode() + b"<event></event>" * 1_000_000),
}


def test_b45_no_document_takes_time_or_memory_beyond_its_size(tmp_path: Path) -> None:
    """A million levels of nesting, one event with a million attributes, five million elements in twenty kilobytes of
    gzip: each is refused, all of them together within seconds and in less than 900 MB."""
    for name, content in HUGE.items():
        (tmp_path / name).write_bytes(content)
    code = """
import sys
from pathlib import Path
from ordermine.errors import InputError
from ordermine.ingest.open import open_sources
from ordermine.ingest.readers import xml
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        open_sources([path])
    except InputError:
        print(path.name)
"""
    process = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    refused = process.stdout.read().split()
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert (process.returncode, refused) == (0, sorted(HUGE))
    assert used.ru_maxrss < 900_000
    assert used.ru_utime < 20


def test_b45_a_log_of_any_length_is_read(ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of a million tags (here: 50) is one for a single order; a log may have any number of orders."""
    monkeypatch.setattr(xml, "MOST_TAGS", 50)
    monkeypatch.setattr(xml, "_Chunks", SmallChunks)
    log = ingest_files({"a.xes": f"{HEAD}<log>{TRACE * 60}</log>"}, keep_duplicates=True)
    assert log.manifest.ledger.events == 120


class SmallChunks(xml._Chunks):
    """A stream that comes in pieces of a few tags."""

    def read(self, size: int) -> bytes:
        return super().read(min(size, 200))


ENCODINGS = [
    ("utf-8", "UTF-16"),
    ("utf-16", "UTF-8"),
    ("utf-8", "no-such-encoding"),
    ("utf-8", "cp037"),
    ("utf-8", "ascii"),
    ("latin-1", "UTF-8"),
]


@pytest.mark.parametrize(("real", "declared"), ENCODINGS)
def test_b45_a_wrong_encoding_is_never_guessed_at(tmp_path: Path, real: str, declared: str) -> None:
    """Where the bytes contradict the declared encoding, or it is unknown, the file is refused, or read as what a byte
    order mark proves; no letter becomes another."""
    path = tmp_path / "a.xes"
    text = f'<?xml version="1.0" encoding="{declared}"?><log>{TRACE.replace("Create", "Prüfen")}</log>'
    path.write_bytes(text.encode(real))
    with contextlib.suppress(InputError):
        [(_, source, _)] = open_sources([path])
        (rows,) = source.batches()
        assert rows.read().table["concept:name"].to_pylist() == ["Prüfen", "Ship"]
        assert real == "utf-16"


def test_b45_broken_at_any_byte_is_refused_or_read(tmp_path: Path) -> None:
    """Cut off at any byte, a log is refused; with any one byte replaced by a mark-up character or a zero it is refused,
    or read: there is no third way."""
    whole = f"{HEAD}<log>{TRACE}<!-- end --></log>".encode()
    path = tmp_path / "a.xes"
    for size in range(1, len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError):
            open_sources([path])
    read = 0
    for at in range(len(whole)):
        for byte in (b"<", b"&", b"\0", b"\xff", b'"'):
            path.write_bytes(whole[:at] + byte + whole[at + 1 :])
            with contextlib.suppress(InputError):
                open_sources([path])
                read += 1
    assert 0 < read < len(whole)


def test_b46_a_log_that_is_cut_off_is_refused_and_says_after_what(
    ordermine: Callable[..., Said], tmp_path: Path
) -> None:
    """A log whose end is missing is refused as it is: the message says in which line it ends and how many traces and
    events were whole before that; nothing is published."""
    whole = f"{HEAD}<log>\n{TRACE}\n{TRACE}\n{TRACE}\n</log>"
    (tmp_path / "a.xes").write_text(whole[: whole.rindex("<event>")])
    said = ordermine("ingest", "a.xes", "-o", "log")
    assert said.code == 3
    assert "broken at line 5" in said.err
    assert "2 complete traces with 4 events" in said.err
    assert not (tmp_path / "log").exists()


def test_b46_events_that_lack_something_are_rejected_one_by_one(ingest_files: Ingest) -> None:
    """An event without a name, with a time that is none, or with an attribute given twice with different values is
    rejected with its reason and all it holds; an event of a trace without a name has no order."""
    twice = '<string key="org:group" value="Sales"/><string key="org:group" value="Legal"/>'
    nameless = STEP.replace('<string key="concept:name" value="{}"/>', "")
    untimed = '<event><string key="concept:name" value="Bill"/></event>'
    events = [
        *(STEP.format("Create", day, "") for day in (1, 2, 3, 4)),
        nameless.format(1, ""),
        STEP.format("Ship", 1, "").replace("2024-01-01T", "2024-02-31T"),
        untimed,
        STEP.format("Ship", 2, twice),
    ]
    case = '<string key="concept:name" value="o1"/>'
    log = ingest_files({"a.xes": f"{HEAD}<log><trace>{case}{''.join(events)}</trace><trace>{events[0]}</trace></log>"})
    assert log.column("activity") == ["Create"] * 4
    assert [(line, reason) for line, reason, _ in log.left_out()] == [
        (5, "no activity"),
        (6, "unreadable timestamp"),
        (7, "no timestamp"),
        (8, "attribute given twice"),
        (9, "no case"),
    ]
    details = log.rows("left_out.parquet")
    assert details[3]["detail"] == 'org:group: "Sales" and "Legal"'
    assert "2024-02-31T09:00:00Z" in details[1]["raw"]


def test_b46_lifecycle_and_nested_attributes_are_kept(ingest_files: Ingest) -> None:
    """Start and completion of a step stay two events with their transition; attributes of attributes, lists and
    containers are kept as JSON beside the value."""
    start = '<string key="lifecycle:transition" value="start"/>'
    nested = (
        '<string key="lifecycle:transition" value="complete"/>'
        '<string key="price" value="5"><string key="unit" value="EUR"/></string>'
        '<list key="items"><values><string key="item" value="a"/><string key="item" value="b"/></values></list>'
    )
    body = STEP.format("Pack", 1, start) + STEP.format("Pack", 2, nested)
    log = ingest_files({"a.xes": f'{HEAD}<log><trace><string key="concept:name" value="o1"/>{body}</trace></log>'})
    assert log.column("lifecycle") == ["start", "complete"]
    assert log.column("price") == [None, "5"]
    assert log.column("price:attributes") == [None, '{"unit":"EUR"}']
    assert log.column("items") == [None, '[{"item":"a"},{"item":"b"}]']
