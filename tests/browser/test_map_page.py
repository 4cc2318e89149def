"""The interactive map as people use it; its numbers are those that `discover --format json` gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.discover.map_content import Journey, MapContent, Route, Stop
from ordermine.report.drawing.durations import human
from ordermine.report.map_page.page import map_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Locator, Page

    OpenPage = Callable[..., Page]

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "demo" / "orders.csv"
MAIN = "from ordermine.cli import main; main()"


@dataclass(frozen=True)
class Made:
    """The map of the sample log, and what `discover --format json` says of that log."""

    path: Path
    said: dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("map")

    def run(*arguments: object) -> str:
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        command = [sys.executable, "-c", MAIN, *map(str, arguments)]
        return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout

    run("ingest", SAMPLE, "-o", "orders")
    run("map", "orders", "-o", "map.html")
    said = json.loads(run("discover", "orders", "--no-quality", "--format", "json"))["result"]
    return Made(folder / "map.html", said)


@pytest.fixture
def page(made: Made, open_page: OpenPage) -> Page:
    return open_page(made.path)


def numbers(page: Page) -> dict[str, str]:
    """Return the numbers in the details panel: term → text."""
    terms = page.locator(".om-details dt").all_inner_texts()
    return dict(zip(terms, page.locator(".om-details dd").all_inner_texts(), strict=True))


def raw_values(page: Page) -> list[float]:
    """Return the machine-readable numbers in the details panel."""
    values: list[float] = page.locator(".om-details dd data").evaluate_all("all => all.map((one) => Number(one.value))")
    return values


def slide(page: Page, slider: str, value: int) -> None:
    page.locator(slider).evaluate(
        "(one, value) => { one.value = value; one.dispatchEvent(new Event('input', { bubbles: true })); }", value
    )


def labelled(page: Page, kind: str, name: str) -> Locator:
    """Return the boxes or arrows now shown whose accessible name begins so."""
    return page.locator(f'.om-sheet:visible g.{kind}:not([display])[aria-label^="{name}, "]')


def box(page: Page, name: str) -> Locator:
    return labelled(page, "box", name)


def arrow(page: Page, source: str, target: str) -> Locator:
    return labelled(page, "arrow", f"{source} → {target}")


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check()


def shown_boxes(page: Page) -> int:
    return page.locator(".om-sheet:visible .box:not(.border):not([display])").count()


def shown_arrows(page: Page) -> int:
    return page.locator(".om-sheet:visible g.arrow:not([display])").count()


def test_it_is_small_and_shows_the_map_at_first(made: Made, page: Page) -> None:
    assert made.path.stat().st_size < 1_000_000
    assert page.title() == "orders"
    assert shown_boxes(page) == 30
    assert page.locator(".om-activities-shown").inner_text() == f"30 of {len(made.said['activities'])}"
    assert page.locator(".om-side, .om-bar, .om-play").evaluate_all("all => all.every((one) => one.offsetHeight > 0)")


def test_sliders_change_what_is_drawn(made: Made, page: Page) -> None:
    slide(page, ".om-activities", 0)
    fewest = shown_boxes(page)
    assert fewest < 10
    assert page.locator(".om-activities-shown").inner_text() == f"{fewest} of {len(made.said['activities'])}"
    slide(page, ".om-activities", 99)
    slide(page, ".om-paths", 99)
    assert shown_boxes(page) == len(made.said["activities"])
    borders = len(made.said["starts"]) + len(made.said["ends"])
    assert shown_arrows(page) == len(made.said["edges"]) + borders
    assert page.locator(".om-shown:visible").inner_text() == "All activities and all paths are shown."
    slide(page, ".om-paths", 0)
    assert shown_arrows(page) < len(made.said["edges"])
    # The table says of every path whether it is drawn now.
    drawn = page.locator('.om-tables:visible tr[data-arrow] td:last-child:text-is("yes")').count()
    assert drawn == page.locator(".om-sheet:visible g.arrow:not([display])[aria-label*=' → ']").count()


def test_everything_drawn_is_where_its_level_has_it(page: Page) -> None:
    slide(page, ".om-activities", 1)
    page.keyboard.press("Tab")
    page.locator('button[data-key="0"]').click()
    frame = page.locator(".om-frame").bounding_box()
    assert frame is not None
    for one in page.locator(".om-sheet:visible .box:not([display]) rect").all():
        place = one.bounding_box()
        assert place is not None
        assert place["x"] >= frame["x"] - 1
        assert place["y"] >= frame["y"] - 1
        assert place["x"] + place["width"] <= frame["x"] + frame["width"] + 1
        assert place["y"] + place["height"] <= frame["y"] + frame["height"] + 1


def test_every_activity_says_the_numbers_of_discover(made: Made, page: Page) -> None:
    starts = {one["activity"]: one["cases"] for one in made.said["starts"]}
    ends = {one["activity"]: one["cases"] for one in made.said["ends"]}
    slide(page, ".om-activities", 99)
    for one in made.said["activities"]:
        name = one["activity"]
        box(page, name).dispatch_event("click")
        assert page.locator(".om-details h2").inner_text() == name
        expected = [one["events"], one["cases"], starts.get(name, 0), ends.get(name, 0)]
        assert raw_values(page) == expected
        assert list(numbers(page).values()) == [f"{number:,}" for number in expected]


def test_every_path_says_the_numbers_of_discover(made: Made, page: Page) -> None:
    slide(page, ".om-activities", 99)
    slide(page, ".om-paths", 99)
    assert len(made.said["edges"]) > 50
    for one in made.said["edges"]:
        arrow(page, one["from"], one["to"]).dispatch_event("click")
        assert page.locator(".om-details h2").inner_text() == f"{one['from']} → {one['to']}"
        assert raw_values(page) == [one["events"], one["cases"], one["median_s"], one["p90_s"]]
        times = [human(one["median_s"]), human(one["p90_s"])]
        assert list(numbers(page).values()) == [f"{one['events']:,}", f"{one['cases']:,}", *times]


def test_a_click_hits_what_is_under_the_pointer(page: Page) -> None:
    page.locator('button[data-key="1"]').click()
    box(page, "Capture lead").click()
    assert page.locator(".om-details h2").inner_text() == "Capture lead"
    # A drag moves the map and selects nothing else.
    place = box(page, "Qualify lead").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 20, place["y"] + 10)
    page.mouse.down()
    page.mouse.move(place["x"] + 20, place["y"] + 70, steps=4)
    page.mouse.up()
    moved = box(page, "Qualify lead").bounding_box()
    assert moved is not None
    assert moved["y"] - place["y"] == pytest.approx(60, abs=2)
    assert page.locator(".om-details h2").inner_text() == "Capture lead"


def test_details_lead_on_to_paths_variants_and_orders(made: Made, page: Page) -> None:
    box(page, "Capture lead").dispatch_event("click")
    page.locator(".om-details .om-row:has-text('Qualify lead')").click()
    assert page.locator(".om-details h2").inner_text() == "Capture lead → Qualify lead"
    orders = page.locator(".om-orders li").all_inner_texts()
    assert len(orders) == 5
    exported = SAMPLE.read_text(encoding="utf-8")
    for order in orders:
        assert f"{order},Capture lead," in exported
    page.locator(".om-details .om-row:has-text('variant 1')").click()
    assert page.locator(".om-steps li").all_inner_texts() == made.said["variants"]["top"][0]["activities"]


def test_variants_highlight_their_path(made: Made, page: Page) -> None:
    slide(page, ".om-activities", 99)
    slide(page, ".om-paths", 99)
    for number, variant in enumerate(made.said["variants"]["top"]):
        page.locator(".om-route").nth(number).click()
        shown = page.locator(".om-route").nth(number).inner_text()
        assert f"{variant['cases']:,} orders" in shown
        assert page.locator('.om-route[aria-pressed="true"]').count() == 1
        lit = page.locator(".om-sheet:visible .box.on:not(.border) title").evaluate_all(
            "all => all.map((one) => one.textContent.split('\\n')[0])"
        )
        assert set(lit) == set(variant["activities"])
        steps = set(pairwise(variant["activities"]))
        # The start and the end are paths, too.
        assert page.locator(".om-sheet:visible g.arrow.on").count() == len(steps) + 2
    page.keyboard.press("Escape")
    assert page.locator(".on").count() == 0


def test_what_is_hidden_can_be_drawn_from_its_details(page: Page) -> None:
    slide(page, ".om-activities", 0)
    page.locator(".om-tables:visible tr[data-box]").last.locator("button").click()
    name = page.locator(".om-details h2").inner_text()
    assert box(page, name).count() == 0
    page.get_by_role("button", name="Draw it").click()
    assert box(page, name).count() == 1
    assert page.get_by_text("Not drawn at this level of detail").count() == 0


def test_departments(made: Made, page: Page) -> None:
    choose(page, "Departments")
    slide(page, ".om-paths", 99)
    visited = {one["department"]: one["cases"] for one in made.said["departments"] if one["department"] != "System"}
    assert shown_boxes(page) == len(visited)
    assert made.said["handoffs"]
    for one in made.said["handoffs"]:
        arrow(page, one["from"], one["to"]).dispatch_event("click")
        assert raw_values(page)[:3] == [one["events"], one["cases"], one["median_s"]]
    for name, cases in visited.items():
        box(page, name).dispatch_event("click")
        assert numbers(page)["Orders"] == f"{cases:,}"
    assert page.locator(".om-list h2").inner_text().startswith("Journeys")


def test_metric(made: Made, page: Page) -> None:
    edge = made.said["edges"][0]
    number = arrow(page, edge["from"], edge["to"]).get_attribute("data-arrow")
    label = page.locator(f'.om-sheet:visible text[data-arrow="{number}"]')
    line = page.locator(f'.om-sheet:visible g[data-arrow="{number}"] .line')
    assert label.text_content() == f"{edge['events']:,}"
    before = line.get_attribute("stroke")
    choose(page, "How long")
    assert label.text_content() == human(edge["median_s"])
    assert line.get_attribute("stroke") != before
    assert page.locator(".om-scale:visible").inner_text().startswith("0 s")
    choose(page, "How often")
    assert label.text_content() == f"{edge['events']:,}"


@pytest.mark.parametrize("together", ["0", "1"])
def test_playback_moves_orders_along_the_arrows(page: Page, together: str) -> None:
    def dots() -> list[list[str]]:
        found: list[list[str]] = page.locator(".om-dots circle").evaluate_all(
            "all => all.map((dot) => [dot.getAttribute('cx'), dot.getAttribute('cy')])"
        )
        return found

    assert page.locator(".om-dots").count() == 0
    page.locator(".om-mode").select_option(together)
    start = page.locator(".om-start")
    start.click()
    page.locator(".om-dots circle").first.wait_for(state="attached")
    first = dots()
    clock = page.locator(".om-clock").inner_text()
    page.locator(".om-clock", has_not_text=clock).wait_for()
    assert dots() != first
    start.click()
    assert start.inner_text() == "Play"
    paused = dots()
    page.wait_for_timeout(200)
    assert dots() == paused


def test_a_dot_is_where_its_order_was(made: Made, page: Page) -> None:
    # At half of the time between its first two events, an order is half way along that arrow.
    place = page.evaluate(
        """() => {
          const data = JSON.parse(document.querySelector(".om-data").textContent).activity;
          const { stops, spans } = data.journeys;
          const [from, stay, travel, to] = stops[0];
          const slider = document.querySelector(".om-time");
          slider.max = spans[0];
          return { from, to, middle: data.journeys.starts[0] + stay + travel / 2, span: spans[0] };
        }"""
    )
    assert place["middle"] > 0
    page.evaluate(
        """({ middle, span }) => {
          const slider = document.querySelector(".om-time");
          slider.max = 1000;
          slider.step = "any";
          slider.value = (1000 * middle) / span;
          slider.dispatchEvent(new Event("input"));
        }""",
        place,
    )
    off = page.evaluate(
        """({ from, to }) => {
          const { source, target } = JSON.parse(document.querySelector(".om-data").textContent).activity.arrows;
          const number = source.findIndex((one, at) => one === from && target[at] === to);
          const path = document.querySelector(`.om-sheet g[data-arrow="${number}"] .line`);
          const half = path.getPointAtLength(path.getTotalLength() / 2);
          return Math.min(...[...document.querySelectorAll(".om-dots circle")].map((dot) =>
            Math.hypot(dot.cx.baseVal.value - half.x, dot.cy.baseVal.value - half.y)));
        }""",
        place,
    )
    assert off < 1


def test_everything_is_reached_by_key(page: Page) -> None:
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(() => { const one = document.activeElement; return one.getAttribute('aria-label') || one.value"
                " || one.className; })()"
            )
        )
    assert {"activity", "frequency", "Zoom in", "om-start", "Moment"} <= set(reached)
    assert any(text.startswith("Map: arrow keys") for text in reached)
    # The map moves and zooms, and boxes are one Tab further.
    frame = page.locator(".om-frame")
    frame.focus()
    before = page.locator(".om-sheet:visible svg").get_attribute("viewBox")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    assert page.locator(".om-sheet:visible svg").get_attribute("viewBox") != before
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Start of")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.querySelector('title').textContent").splitlines()[0]
    page.keyboard.press("Enter")
    assert page.locator(".om-details h2").inner_text() == focused
    page.keyboard.press("Escape")
    assert page.locator(".om-details h2").inner_text() == "How to read it"


def test_a_map_that_nobody_moved_fits_a_window_of_another_size(page: Page) -> None:
    def top() -> float:
        start, frame = page.locator(".box.border").first.bounding_box(), page.locator(".om-frame").bounding_box()
        assert start is not None
        assert frame is not None
        return start["y"] - frame["y"]

    at_first = top()
    page.set_viewport_size({"width": 1000, "height": 1200})
    assert top() == pytest.approx(at_first, abs=3)
    page.locator(".om-frame").focus()
    page.keyboard.press("ArrowDown")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert top() < at_first - 10


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen(made: Made, open_page: OpenPage, width: int) -> None:
    page = open_page(made.path, width=width)
    box(page, "Capture lead").dispatch_event("click")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_script_there_are_drawings_and_tables(made: Made, open_page: OpenPage) -> None:
    page = open_page(made.path, java_script_enabled=False)
    assert page.locator(".om-sheet svg:visible").count() == 2
    assert page.locator(".om-tables table:visible").count() == 6
    for control in (".om-bar", ".om-side", ".om-play"):
        assert not page.locator(control).is_visible()


def test_print_shows_the_whole_map_without_controls(page: Page) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for control in (".om-bar", ".om-side", ".om-play"):
        assert not page.locator(control).is_visible()
    frame = page.locator(".om-frame").bounding_box()
    assert frame is not None
    bottom = page.locator(".om-sheet:visible .box.border").last.bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= frame["y"] + frame["height"]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(2)</script>",
    "\u202eabc",
)


def test_names_show_as_text(open_page: OpenPage, tmp_path: Path) -> None:
    names = HOSTILE
    graph = Graph(
        tuple(Activity(name, 9 - at, 9 - at, name) for at, name in enumerate(names)),
        tuple(Edge(a, b, 5, 5, 60.0, 90.0) for a, b in pairwise(names)),
        ((names[0], 9),),
        ((names[-1], 9),),
    )
    journey = Journey(
        names[1], tuple(Stop(name, at * 3_600_000_000, at * 3_600_000_000) for at, name in enumerate(names))
    )
    route = Route(names, 9, 1.0, (names[0], names[1]))
    contents = [MapContent(level, graph, (route,), (journey,), 9) for level in ("activity", "department")]
    path = tmp_path / "hostile.html"
    path.write_bytes(map_page(contents, title=names[0], subtitle=names[1]))
    page = open_page(path)
    page.locator(".om-route").first.click()
    shown = [name.replace("\u202e", "\N{REPLACEMENT CHARACTER}") for name in names]
    assert page.locator(".om-steps li").all_inner_texts() == shown
    assert page.locator(".om-orders li").all_inner_texts() == shown[:2]
    for name in shown:
        page.locator(".om-steps button").get_by_text(name, exact=True).click()
        assert page.locator(".om-details h2").inner_text() == name
        page.locator(".om-route").first.click()
    choose(page, "Departments")
    page.locator(".om-start").click()
    page.locator(".om-dots circle").first.wait_for(state="attached")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert page.locator("h1").inner_text() == names[0]


def test_policy_blocks_what_is_not_part_of_the_page(made: Made, browser: Browser, tmp_path: Path) -> None:
    injected = "<script>document.title = 'taken'</script><p style='color: red' id=target>x</p></body>"
    path = tmp_path / "map.html"
    path.write_text(made.path.read_text(encoding="utf-8").replace("</body>", injected), encoding="utf-8")
    page = browser.new_page()
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    page.goto(path.as_uri())
    assert page.title() == "orders"
    assert page.locator("#target").evaluate("one => getComputedStyle(one).color") != "rgb(255, 0, 0)"
    page.close()
    assert len(blocked) == 2
    assert all("Content Security Policy" in message for message in blocked)
