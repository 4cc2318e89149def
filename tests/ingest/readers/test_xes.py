from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from ordermine.errors import InputError, UsageError
from ordermine.ingest.readers import spool as spool_module
from ordermine.ingest.readers.xes import open_xes

DATA = Path(__file__).parents[4] / "shared" / "data"


def log(folder: Path, body: str, opening: str = "<log>") -> Path:
    path = folder / "log.xes"
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}\n{body}\n</log>\n', encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str | None]]:
    return [row for batch in open_xes(path, "log").batches() for row in batch.read().table.to_pylist()]


def test_attributes_of_the_trace_may_follow_its_events(tmp_path: Path) -> None:
    path = log(
        tmp_path,
        '<trace><event><string key="concept:name" value="a"/></event>'
        '<event><string key="case:x" value="event\'s"/></event><string key="x" value="trace\'s"/></trace>',
    )
    assert rows(path) == [
        {"case:x": "trace's", "concept:name": "a", "event:case:x": None},
        {"case:x": "trace's", "concept:name": None, "event:case:x": "event's"},
    ]


def test_values_of_globals_are_not_filled_in(tmp_path: Path) -> None:
    path = log(
        tmp_path,
        '<global scope="event"><string key="org:group" value="UNKNOWN"/></global>'
        '<classifier name="c" keys="k"/><string key="creator" value="me"/>'
        '<trace><event><string key="k" value=""/></event></trace>',
    )
    assert rows(path) == [{"k": None}]


def test_events_outside_traces_have_no_case(tmp_path: Path) -> None:
    path = log(
        tmp_path,
        '<trace><string key="concept:name" value="1"/><event><string key="k" value="a"/></event></trace>'
        '<event><string key="k" value="b"/></event>',
    )
    assert rows(path) == [{"case:concept:name": "1", "k": "a"}, {"case:concept:name": None, "k": "b"}]


def test_nested_attributes_become_json_and_leave_the_value(tmp_path: Path) -> None:
    path = log(
        tmp_path,
        "<trace><event>"
        '<string key="k" value="v"><int key="n" value="1"><int key="m" value="2"/></int></string>'
        '<list key="l"><values><string key="i" value="x"/><string key="i" value="y"/></values></list>'
        '<list key="old"><string key="i" value="x"/></list>'
        '<container key="c"><string key="i" value="ü"/><string key="j" value="z"/></container>'
        '<container key="d"><string key="i" value="1"/><string key="i" value="2"/></container>'
        "</event></trace>",
    )
    assert rows(path) == [
        {
            "k": "v",
            "k:attributes": '{"n":{"value":"1","attributes":{"m":"2"}}}',
            "l": '[{"i":"x"},{"i":"y"}]',
            "old": '[{"i":"x"}]',
            "c": '{"i":"ü","j":"z"}',
            "d": '[{"i":"1"},{"i":"2"}]',
        }
    ]


def test_an_attribute_given_twice_leaves_the_event_out_unless_both_agree(tmp_path: Path) -> None:
    twice = '<string key="k" value="a"/><string key="k" value="{}"/>'
    path = log(tmp_path, f"<trace><event>{twice.format('b')}</event><event>{twice.format('a')}</event></trace>")
    (piece,) = [batch.read() for batch in open_xes(path, "log").batches()]
    assert piece.numbers.tolist() == [2]
    (defect,) = piece.left_out
    assert (defect.row, defect.reason, defect.detail) == (1, "attribute given twice", 'k: "a" and "b"')


def test_namespace_comments_and_other_elements_change_nothing(tmp_path: Path) -> None:
    path = log(
        tmp_path,
        '<?pi x?><x:trace><!-- c --><x:event><x:string key="k" value="&lt;ä&#10;"/><x:other/></x:event></x:trace>',
        '<x:log xmlns:x="http://www.xes-standard.org/">',
    )
    path.write_text(path.read_text(encoding="utf-8").replace("</log>", "</x:log>"), encoding="utf-8")
    assert rows(path) == [{"k": "<ä\n"}]


def test_empty_log_and_empty_traces(tmp_path: Path) -> None:
    source = open_xes(log(tmp_path, '<trace><string key="concept:name" value="1"/></trace><trace/>'), "log")
    assert source.columns == ()
    assert list(source.batches()) == []
    assert source.described["traces without events"] == "2"


def test_a_column_of_the_last_event_is_a_column_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "PIECE_ROWS", 1)
    path = log(tmp_path, '<trace><event/><event><string key="late" value="x"/></event></trace>')
    source = open_xes(path, "log")
    assert source.columns == ("late",)
    assert rows(path) == [{"late": None}, {"late": "x"}]


@pytest.mark.parametrize("gzipped", [False, True])
def test_truncated_file_says_how_much_was_whole(tmp_path: Path, gzipped: bool) -> None:
    trace = "<trace>" + '<event><string key="k" value="v"/></event>' * 2 + "</trace>\n"
    whole = log(tmp_path, trace * 3).read_bytes()
    path = tmp_path / "cut.xes"
    cut = whole[: whole.rindex(b"<event>")]
    if gzipped:
        # All of the text arrives, the checksum at the end doesn't.
        cut = gzip.compress(cut)[:-8]
    path.write_bytes(cut)
    with pytest.raises(InputError, match="2 complete traces with 4 events") as caught:
        open_xes(path, "cut.xes")
    assert caught.value.exit_code == 3
    assert caught.value.hint


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(12))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE log>",
        '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        f"<!DOCTYPE log [{BOMB}]>",
    ],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, doctype: str) -> None:
    use = "&e11;" if "e11" in doctype else "&x;" if "ENTITY" in doctype else ""
    path = log(
        tmp_path,
        f'<trace><event><string key="k" value="v">{use}</string></event></trace>',
        f"{doctype}\n<log>",
    )
    started = time.perf_counter()
    with pytest.raises(InputError, match=r"DOCTYPE|entit"):
        open_xes(path, "log")
    assert time.perf_counter() - started < 1


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = '<string key="k" value="v">' * 100_000
    with pytest.raises(InputError, match="broken at line"):
        open_xes(log(tmp_path, f"<trace><event>{deep}"), "log")


def test_other_xml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xes"
    path.write_text("<html/>")
    with pytest.raises(InputError, match="root element is <html>"):
        open_xes(path, "a.xes")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        open_xes(tmp_path / "a.xes", "a.xes")


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "events", "cases"),
    [
        ("xes/bpic2013_closed_problems.xes.gz", 6_660, 1_487),
        ("xes/bpic2020_request_for_payment.xes.gz", 36_072, 6_760),
        ("csv/running-example.xes", 42, 6),
    ],
)
def test_real_logs(file: str, events: int, cases: int) -> None:
    if not (DATA / file).exists():
        pytest.skip("the real logs are not beside the checkout")
    source = open_xes(DATA / file, file)
    read = [batch.read() for batch in source.batches()]
    numbers = [number for piece in read for number in piece.numbers.tolist()]
    assert numbers == list(range(1, events + 1))
    assert len({name for piece in read for name in piece.table["case:concept:name"].to_pylist()}) == cases
    assert all(piece.table["time:timestamp"].null_count == 0 for piece in read)
    assert not any(piece.left_out for piece in read)
    assert json.loads(next(iter(source.batches())).raw_text([1])[1])["concept:name"]
