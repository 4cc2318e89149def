"""Names that mean something to whatever they are written to, in every output of every command: they stay names."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.cli import main, state
from ordermine.discover.counting import count_graph
from ordermine.discover.model_files import xml_text
from ordermine.eventlog.log import open_log
from ordermine.report.drawing.map_file import draw
from ordermine.report.drawing.text import clean
from ordermine.simulate.scenarios import write_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

HOSTILE = (
    *("<script>alert(1)</script>", "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>'),
    *("javascript:alert(1)", "{{7*7}}${7*7}<%= 7*7 %>", "]]>", "-->", "<!--", "'\"`", "back\\slash\\", "\\N\\G\\E\\l"),
    *("a:b:c", "100%41%0A%s", "\x1b[31mred\x1b[0m", "\x1b]8;;http://example.org\x07link\x1b]8;;\x07", "\x9b31m"),
    *("\u202egnp.exe", "\u2066x", "l1\u2028l2\u2029l3", "\x07\x08\x0b\x7f", "line1\nline2\r\nline3", "tab\there"),
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\uff1d1+1", "\uff0b1+1", "'=1+1", "\u00a0=1+1"),
    *("[red]x[/red][link=http://example.org]y[/link]", "[a](javascript:alert(1))", "![i](http://example.org/x.png)"),
    *("**b** _i_ ~~s~~ `c` # h", "| a | b |", "http://example.org/", "www.example.org", "<http://example.org>"),
    *("&lt;b&gt;&amp;&#60;", "e\u0301\u0323\u0300" * 4, "👩‍👩‍👧‍👦🏴‍☠️", "::error file=x::pwned", "x\n::error::pwned"),
    *("</title></svg><script>", "</style><script>alert(1)</script>", 'x" onload="alert(1)', "x' onload='alert(1)'"),
    *("'); DROP TABLE events; --", '"; DROP TABLE events; --', "' || (SELECT 1) || '", '{"a": 1}', "$(touch pwned)"),
    *("<a href='javascript:alert(1)'>c</a>", "long" * 5000, "zero\u200bwidth", "\ufffe\uffff", "a  b", "NULL "),
)
HOSTILE_FILE = "o'brien <img src=x onerror=alert(1)> [1] \x1b[31m.csv"
TEXT_COLUMNS = (
    *("Order", "Step", "Department", "User", "Customer", "Segment", "Region", "Order type", "Channel", "Item"),
    *("Reason", "Field", "Old value", "New value"),
)
ORDERS = 60
FORMULA = re.compile("^[' \u00a0\u3000]*[=+@\t\r\n\uff1d\uff0b\uff20-]")
NUMBER = re.compile(r"[-+]?[\d.,]+(e[-+]\d+)?")
COMMANDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
ANNOTATION = re.compile(r"::(error|warning|notice) title=[^:,\r\n]+::[^\r\n]*")


@dataclass(frozen=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Folder:
    """Where every command has been run on one export, and what each said, by its arguments."""

    path: Path
    said: dict[tuple[str, ...], Ran] = field(default_factory=dict)

    def run(self, *arguments: str) -> Ran:
        ran = self.said[arguments] = run(self.path, *arguments)
        return ran

    def in_format(self, name: str) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield what was written to stdout in a format."""
        for arguments, ran in self.said.items():
            if ran.code == 0 and _format(arguments) == name:
                yield arguments, ran.out

    def files(self, *endings: str) -> list[Path]:
        return sorted(
            path for path in self.path.rglob("*") if path.name.endswith(endings) and "manifest.json" not in path.name
        )


def _format(arguments: Sequence[str]) -> str:
    return arguments[arguments.index("--format") + 1] if "--format" in arguments else "text"


def run(folder: Path, *arguments: str) -> Ran:
    """Run a command line in a folder, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr(sys, "argv", ["ordermine", *arguments])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(state, "debug", False)
        patch.setenv("XDG_CACHE_HOME", str(folder / "log" / "cache"))
        code: Any = 0
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code or 0
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return Ran(code, *texts)


def write_export(demo: Path, folder: Path, names: Sequence[str], file_name: str) -> None:
    """Write the simulated export with `names` before every value and column, and a project file that knows them."""
    folder.mkdir()
    with (demo / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # A file that begins with a tag is taken for XML.
    columns = {
        column: ("" if at else "x") + names[at * 3 % len(names)][:60] + column for at, column in enumerate(rows[0])
    }
    renamed: dict[str, dict[str, str]] = {column: {} for column in TEXT_COLUMNS}

    def cell(column: str, value: str) -> str:
        if not value or column not in renamed:
            return value
        known = renamed[column]
        return known.setdefault(value, names[len(known) % len(names)] + value)

    with (folder / file_name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.values())
        writer.writerows([cell(column, value) for column, value in row.items()] for row in rows)
    project = tomllib.loads((demo / "ordermine.toml").read_text(encoding="utf-8"))
    (source,) = project["source"]
    lines = ["[[source]]"]
    for key, column in source.items():
        if key == "case_attributes":
            lines.append(f"{key} = {json.dumps([columns[one] for one in column])}")
        elif key not in ("files", "shape"):
            lines.append(f"{key} = {json.dumps(columns[column])}")
    lines.append("[activities]")
    for step, meaning in project["activities"].items():
        lines.append(f'{json.dumps("*" + step)} = {{ kind = "{meaning["kind"]}", stage = "{meaning["stage"]}" }}')
    lines.append(f"[departments]\nsystem = {json.dumps([renamed['Department']['System']])}")
    (folder / "ordermine.toml").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the same export under hostile and under benign names."""
    folder = tmp_path_factory.mktemp("output")
    write_scenario("demo", folder / "demo", ORDERS, 1)
    write_export(folder / "demo", folder / "hostile", HOSTILE, HOSTILE_FILE)
    write_export(folder / "demo", folder / "benign", [f"name{at:02d}" for at in range(len(HOSTILE))], "orders.csv")
    return folder


@pytest.fixture(scope="module")
def benign(exports: Path) -> Folder:
    folder = Folder(exports / "benign")
    assert folder.run("ingest", "orders.csv", "-o", "log").code == 0
    assert folder.run("map", "log", "-o", "map.html").code == 0
    assert folder.run("report", "log", "-o", "report", "--gate", "ftr>=0.99").code == 4
    return folder


@pytest.fixture(scope="module")
def hostile(exports: Path) -> Folder:
    """Return the folder in which every command has been run in every format."""
    from ordermine.analyze.registry import ANALYZERS

    folder = Folder(exports / "hostile")
    every = ("text", "json", "csv", "md")
    folder.run("ingest", HOSTILE_FILE, "-o", "log")
    folder.run("ingest", HOSTILE_FILE, "-o", "other", "--format", "json")
    for name in ("text", "json", "md"):
        folder.run("inspect", HOSTILE_FILE, "--format", name)
    folder.run("inspect", HOSTILE_FILE, "-o", "proposed.toml")
    case = open_log(folder.path / "log").rows("SELECT case_id FROM cases ORDER BY events DESC, 1")[0][0]
    for name in every:
        folder.run("discover", "log", "--no-quality", "--format", name)
        for command in ("origins", "ftr", "scorecard"):
            folder.run(command, "log", "--format", name)
        folder.run("show", "log", case, "--format", name)
        folder.run("compare", "log", "other", "--format", name)
        folder.run("sql", "log", "SELECT * FROM events LIMIT 100", "--format", name)
    for name in (*every, "jsonl", "sarif", "junit", "github"):
        folder.run("analyze", "log", "--format", name)
    for at, one in enumerate(ANALYZERS):
        folder.run("measure", one.code, "log", "--format", every[at % 4])
    folder.run("report", "log", "-o", "report", "--gate", "ftr>=0.99")
    assert "<details open>" in (folder.path / "report" / "report.html").read_text(encoding="utf-8")
    folder.run("discover", "log", "-o", "process")
    for ending in ("png", "pdf", "html", "dot", "bpmn", "pnml"):
        folder.run("map", "log", "-o", f"map.{ending}")
    folder.run("map", "log", "-o", "departments.svg", "--level", "department")
    folder.run("map", "log", "-o", "departments.dot", "--level", "department")
    folder.run("origins", "log", "--errors", "errors.csv", "--audit", "5", "-o", "sample.csv")
    for ending in ("csv", "parquet", "xes", "xes.gz", "jsonl"):
        folder.run("export", "log", "-o", f"events.{ending}")
    failed = {arguments: ran for arguments, ran in folder.said.items() if ran.code not in (0, 4, 5)}
    assert not failed
    assert len(folder.said) > 80
    return folder


# HTML and SVG


def _paths(page: Path) -> set[str]:
    """Return every element's way from the root, with the names of its attributes."""
    from lxml import html

    found: set[str] = set()

    def walk(element: Any, above: str) -> None:
        here = f"{above}/{element.tag if isinstance(element.tag, str) else 'comment'}{sorted(element.attrib)}"
        found.add(here)
        for child in element:
            walk(child, here)

    walk(html.fromstring(page.read_text(encoding="utf-8")), "")
    return found


@pytest.mark.parametrize("page", ["map.html", "report/report.html"])
def test_s01_html_has_the_elements_that_it_has_with_plain_names(hostile: Folder, benign: Folder, page: str) -> None:
    """The pages parse to the same kinds of elements in the same places, whatever the names in the export are."""
    assert _paths(hostile.path / page) == _paths(benign.path / page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in (hostile.path / page).read_text(encoding="utf-8")


def test_s01_html_runs_nothing_but_its_own_script(hostile: Folder) -> None:
    """Every page forbids all but its own script and style, loads nothing, and links nowhere but into itself."""
    import base64
    import hashlib

    from lxml import html

    pages = hostile.files(".html")
    assert {"map.html", "report.html"} == {page.name for page in pages}
    for page in pages:
        root = html.fromstring(page.read_text(encoding="utf-8"))
        (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        (script,) = root.xpath("//script[not(@type)]")
        digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
        assert rules["script-src"] == f"'sha256-{digest}'"
        assert re.fullmatch(r"'sha256-[\w+/=]{44}'", rules["style-src"])
        assert set(rules) == {"default-src", "base-uri", "form-action", "script-src", "style-src"}
        for (data,) in zip(root.xpath("//script[@type='application/json']"), strict=True):
            json.loads(data.text)
        names = {name for element in root.iter() if isinstance(element.tag, str) for name in element.attrib}
        assert not {name for name in names if name.startswith("on")} | (names & {"src", "srcdoc", "action", "style"})
        assert all(re.fullmatch(r"#[a-z]+", link) for link in root.xpath("//@href"))


def test_s02_svg_has_known_elements_and_attributes_alone(hostile: Folder) -> None:
    """Pictures hold shapes and text and nothing else: no script, link, image, style or reference to anything."""
    from lxml import etree

    elements = {"svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse", "rect"}
    attributes = {
        *("aria-label", "class", "id", "role", "font-family", "font-size", "font-weight", "text-anchor", "transform"),
        *("cx", "cy", "rx", "ry", "x", "y", "d", "points", "width", "height", "viewBox"),
        *("fill", "stroke", "stroke-dasharray", "stroke-width", "paint-order"),
    }
    pictures = hostile.files(".svg")
    assert len(pictures) == 3
    for picture in pictures:
        root = etree.parse(str(picture)).getroot()
        assert {etree.QName(element).localname for element in root.iter()} <= elements
        assert {name for element in root.iter() for name in element.attrib} <= attributes
        assert not any("url(" in value for element in root.iter() for value in element.attrib.values())


def test_s02_svg_says_the_whole_name(hostile: Folder) -> None:
    """What a picture says of a step begins with its name, with what can't be shown marked and nothing else changed."""
    from lxml import etree

    titles = etree.parse(str(hostile.path / "process" / "map.svg")).xpath("//*[local-name() = 'title']/text()")
    lines = {line for title in titles for line in title.split("\n")}
    names = [name for (name,) in open_log(hostile.path / "log").rows("SELECT DISTINCT activity FROM events")]
    shown = [clean(name) for name in names if len(name) < 2000]
    assert len([name for name in shown if name in lines]) >= 15
    assert "<script>alert(1)</script>Capture lead" in lines


def test_s03_dot_is_laid_out_whatever_the_names_are(hostile: Folder) -> None:
    """The DOT file of every map is sound for Graphviz, has its nodes under made-up ids and refers to nothing."""
    from ordermine.report.drawing import layout

    for file in hostile.files(".dot"):
        text = file.read_text(encoding="utf-8")
        drawn = layout.svg(text)
        assert drawn.count(b'class="node"') == len(re.findall(r"^\t+(?:n\d+|l\d+|start|end|notes) \[", text, re.M))
        assert not re.search(r"\b(?:URL|href|image|shapefile|imagepath)=", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text))


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_s03_pictures_are_drawn_whatever_the_names_are(hostile: Folder, ending: str) -> None:
    """Maps of such names are drawn as PNG and PDF too, and the PDF holds no link and no script."""
    content = (hostile.path / f"map.{ending}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[ending])
    assert not re.search(rb"/(?:URI|JavaScript|JS|Launch|OpenAction)\b", content)


# A graph that is too big


def test_s04_a_giant_graph_is_thinned_and_says_so(tmp_path: Path) -> None:
    """Of 300 steps and 6,000 paths a map shows the strongest and says how much that is; it never takes minutes."""
    import random

    chance = random.Random(4)
    lines = ["order,activity,timestamp"]
    for order in range(500):
        for at in range(14):
            lines.append(f"{order},step {chance.randrange(300)},2024-01-{at + 1:02d}T10:00:00Z")
    (tmp_path / "orders.csv").write_text("\n".join(lines), encoding="utf-8")
    assert run(tmp_path, "ingest", "orders.csv", "-o", "log").code == 0
    assert run(tmp_path, "map", "log", "-o", "map.svg").code == 0
    picture = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert re.search(r"30 of 300 activities \([\d.]+ % of the events\), \d+ of 6,\d{3} paths", picture)
    assert len(re.findall(r'id="n\d+"', picture)) == 30
    # All of it would take minutes to lay out; when time is up less is drawn, and the map says so.
    everything = draw(count_graph(open_log(tmp_path / "log")), "svg", activities=1.0, paths=1.0, time_limit_s=0.5)
    assert b"Less is shown than was asked for" in everything
    assert b"30 of 300 activities" in everything


# Spreadsheets


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_s05_no_cell_of_a_report_is_a_formula(hostile: Folder) -> None:
    """In every table for spreadsheets, headers included, a text that a spreadsheet would run begins with a quote."""
    csv.field_size_limit(1_000_000)
    tables = [out for _, out in hostile.in_format("csv")]
    tables += [path.read_text(encoding="utf-8") for path in hostile.files(".csv") if path.parent.name == "report"]
    tables += [(hostile.path / name).read_text(encoding="utf-8") for name in ("errors.csv", "sample.csv")]
    cells = [cell for table in tables for row in _rows(table) for cell in row]
    assert len(cells) > 5_000
    assert not [
        cell for cell in cells if FORMULA.match(cell) and not cell.startswith("'") and not NUMBER.fullmatch(cell)
    ]
    for sign in ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\uff1d1+1", "\uff0b1+1", "'=1+1", "\u00a0=1+1"):
        assert any(cell.startswith(f"'{sign}") for cell in cells)


def test_s05_negative_numbers_stay_numbers(ordermine: Any, tmp_path: Path) -> None:
    """A negative number is no formula, neither as a number nor where a column of text holds one."""
    rows = ["order,activity,timestamp,note,amount", "1,A,2024-01-01,-12.50,-12.50", "1,B,2024-01-02,-1-1,7"]
    (tmp_path / "orders.csv").write_text("\n".join(rows), encoding="utf-8")
    said = ordermine(
        "sql", "orders.csv", "SELECT note, amount::DOUBLE AS a FROM events ORDER BY seq", "--format", "csv"
    )
    assert said.out == "note,a\n-12.50,-12.5\n'-1-1,7.0\n"


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_s05_the_export_of_events_stays_exact(hostile: Folder, ending: str) -> None:
    """The lossless export changes no name, formula or not: ingested again, every event is what it was."""
    again = f"again-{ending}"
    shutil_project = hostile.path / "none.toml"
    shutil_project.write_text("", encoding="utf-8")
    assert run(hostile.path, "ingest", f"events.{ending}", "-o", f"log/{again}", "--project", "none.toml").code == 0
    columns = "case_id, activity, timestamp, department, resource, field, old_value, new_value, reason, customer"
    query = f"SELECT {columns} FROM events ORDER BY case_no, seq"
    before = open_log(hostile.path / "log").rows(query)
    assert open_log(hostile.path / "log" / again, project=shutil_project).rows(query) == before


# Other formats


def _labels(document: Path, query: str) -> set[str]:
    from lxml import etree

    return set(etree.parse(str(document)).xpath(query))


def test_s10_models_carry_the_names(hostile: Folder) -> None:
    """BPMN and PNML are well-formed, and their steps bear the exact names; only what XML can't hold is replaced."""
    steps = {xml_text(name) for (name,) in open_log(hostile.path / "log").rows("SELECT DISTINCT activity FROM events")}
    tasks = _labels(hostile.path / "map.bpmn", "//*[local-name() = 'task']/@name")
    assert tasks == _labels(hostile.path / "process" / "model.bpmn", "//*[local-name() = 'task']/@name")
    transitions = _labels(hostile.path / "map.pnml", "//transition[not(toolspecific)]/name/text/text()")
    assert len(tasks) > 10
    assert tasks == transitions
    assert tasks <= steps


@pytest.mark.parametrize("ending", ["xes", "xes.gz"])
def test_s10_xes_carries_the_values(hostile: Folder, ending: str) -> None:
    """Events come back from XES with the values they had; only what XML can't hold is replaced by its picture."""
    from lxml import etree

    path = hostile.path / f"events.{ending}"
    content = gzip.decompress(path.read_bytes()) if ending.endswith("gz") else path.read_bytes()
    root = etree.fromstring(content, etree.XMLParser(huge_tree=True))
    read = [
        tuple(event.xpath(f"string(*[@key = '{key}']/@value)") for key in ("concept:name", "org:group", "org:resource"))
        for event in root.iter("{*}event")
    ]
    query = "SELECT activity, department, resource FROM events ORDER BY case_no, seq"
    rows = open_log(hostile.path / "log").rows(query)
    assert read == [tuple(xml_text(value or "") for value in row) for row in rows]


def test_s10_formats_for_programs_are_sound(hostile: Folder) -> None:
    """JSON, JSON lines, SARIF and JUnit parse, and hold the names as they are."""
    from lxml import etree

    documents = [json.loads(out) for name in ("json", "sarif") for _, out in hostile.in_format(name)]
    documents += [json.loads(path.read_text(encoding="utf-8")) for path in hostile.files(".json")]
    ((_, lines),) = hostile.in_format("jsonl")
    documents += [json.loads(line) for line in lines.split("\n") if line]
    assert len(documents) > 20
    listed = json.dumps(documents, ensure_ascii=False)
    names = [name for (name,) in open_log(hostile.path / "log").rows("SELECT DISTINCT activity FROM events")]
    assert all(json.dumps(name, ensure_ascii=False)[1:-1] in listed for name in names)
    ((_, out),) = hostile.in_format("junit")
    assert len(list(etree.fromstring(out.encode()).iter("testcase"))) > 10


# Terminals, Markdown, CI servers


def test_s09_nothing_from_an_export_commands_a_terminal(hostile: Folder) -> None:
    """What commands print has no control and no direction characters but line ends, in every format but CSV."""
    for arguments, ran in hostile.said.items():
        texts = [ran.err] if _format(arguments) == "csv" else [ran.out, ran.err]
        assert not any(COMMANDS.search(text) for text in texts), arguments
    out = hostile.said["sql", "log", "SELECT * FROM events LIMIT 100", "--format", "text"].out
    assert "\\x1b[31mred\\x1b[0m" in "".join(out.split())
    proposed = (hostile.path / "proposed.toml").read_text(encoding="utf-8")
    assert "\x1b" not in proposed
    assert "\u202e" not in proposed
    assert tomllib.loads(proposed)["source"][0]["actor_type"] == "\x9b31mActor type"


def test_s09_brackets_are_no_markup(hostile: Folder) -> None:
    """Names that look like the markup of terminal libraries are printed as they are."""
    out = "".join(ran.out for arguments, ran in hostile.said.items() if _format(arguments) == "text")
    assert "[red]x[/red][link=" in "".join(out.split())


def test_s09_markdown_keeps_its_tables_and_holds_no_markup(hostile: Folder) -> None:
    """In Markdown a name breaks no table, and makes no HTML, link, image, code or emphasis."""
    from markdown_it import MarkdownIt

    texts = [out for _, out in hostile.in_format("md")]
    texts.append((hostile.path / "report" / "report.md").read_text(encoding="utf-8"))
    assert len(texts) > 15
    for text in texts:
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
        parts = [inner for token in tokens for inner in [token, *(token.children or ())]]
        assert not {"html_block", "html_inline", "link_open", "image", "em_open", "s_open", "fence"} & {
            part.type for part in parts
        }
        assert {part.content for part in parts if part.type == "code_inline"} <= {"ftr>=0.99"}
        assert not re.search(r"(?<!\\)://|www(?<!\\)\.", text)
        width = 0
        for at, token in enumerate(tokens):
            if token.type == "tr_open":
                inside = [one.type for one in tokens[at:][: [one.type for one in tokens[at:]].index("tr_close")]]
                width = inside.count("th_open") or width
                assert inside.count("td_open") in (0, width)


def test_s09_annotations_can_not_be_injected(hostile: Folder) -> None:
    """Every line for GitHub is one annotation of ordermine's own; no name begins another."""
    outs = [ran.out for arguments, ran in hostile.said.items() if _format(arguments) == "github"]
    assert len(outs) == 1
    for line in "".join(outs).splitlines():
        assert ANNOTATION.fullmatch(line)
