"""The weekly report in a browser: it renders without a complaint, its map works, and paper shows all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    OpenPage = Callable[..., Page]

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "demo" / "orders.csv"
MAIN = "from ordermine.cli import main; main()"


@dataclass(frozen=True)
class Made:
    """The report of the sample log, and what its JSON says."""

    path: Path
    said: dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("report")
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-c", MAIN, "report", str(SAMPLE), "-o", "weekly", "-q"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    said = json.loads((folder / "weekly" / "report.json").read_text(encoding="utf-8"))
    return Made(folder / "weekly" / "report.html", said)


def test_the_first_screen_says_what_the_week_was_like(made: Made, open_page: OpenPage) -> None:
    page = open_page(made.path)
    assert page.locator("h1").inner_text().startswith("2026-W32")
    assert page.locator(".tile").count() == 6
    bottom = page.locator(".tile").last.bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= 900
    right = next(one for one in made.said["result"]["measures"] if one["name"] == "first_time_right")
    assert f"{100 * right['latest']['value']:.1f} %" in page.locator(".tile").first.inner_text()


def test_the_map_in_it_answers_to_a_click(made: Made, open_page: OpenPage) -> None:
    page = open_page(made.path)
    box = page.locator('g.box[aria-label^="Capture lead, "]').first
    box.scroll_into_view_if_needed()
    box.click()
    assert "Capture lead" in page.locator(".om-details").inner_text()
    assert page.locator(".om-play").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_of_the_page(made: Made, open_page: OpenPage, width: int) -> None:
    page = open_page(made.path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_works_without_scripts(made: Made, open_page: OpenPage) -> None:
    page = open_page(made.path, java_script_enabled=False)
    assert page.locator(".om-sheet svg").first.is_visible()
