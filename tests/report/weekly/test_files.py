"""The files of the weekly report: what they may say, and to whom."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.weekly.report import weekly_report
from ordermine.eventlog.log import open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project
from ordermine.report.weekly.files import FILES, report_files
from ordermine.report.weekly.process_map import process_map

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "Jane Roe"
SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
PROJECT = f"""
[activities]
"Enter" = {{ kind = "create", stage = "order" }}
"Confirm" = {{ kind = "confirm", stage = "order" }}
{json.dumps(SCRIPT)} = {{ kind = "other", stage = "order" }}
"Ship" = {{ kind = "deliver", stage = "deliver" }}
"Complain" = {{ kind = "complaint", stage = "support" }}
"Reject" = {{ kind = "reject", stage = "order" }}
"""
COLUMNS = {
    "case": "order",
    "activity": "step",
    "timestamp": "at",
    "department": "team",
    "resource": "user",
    "reason": "why",
}


def export() -> str:
    """Return ten weeks of 30 orders: a third go back and forth, some are complained about, some rejected."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(["order", "step", "at", "team", "user", "why"])
    for week in range(10):
        for number in range(30):
            day = dt.date(2026, 3, 2) + dt.timedelta(days=7 * week + number % 4)
            steps = [(0, "Enter", "Sales", ""), (0, "Confirm", "Sales", "")]
            if number % 3 == 0:
                steps += [(1, SCRIPT, IMAGE, ""), (1, "Confirm", "Sales", "")]
            if number % 15 == 14:
                steps.append((1, "Reject", "Credit", SCRIPT))
            else:
                steps.append((1, "Ship", "Logistics", ""))
                if number % 10 == 0:
                    steps.append((21, "Complain", "Service", ""))
            for at, (days, step, team, why) in enumerate(steps):
                stamp = f"{day + dt.timedelta(days=days)} {8 + at:02}:00"
                rows.writerow([f"=O{week:02}{number:02}", step, stamp, team, f"{PERSON} {number % 7}", why])
    return out.getvalue()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return file name → contents of one report."""
    folder: Path = tmp_path_factory.mktemp("weekly")
    (folder / "orders.csv").write_text(export(), encoding="utf-8")
    ingest(open_sources([folder / "orders.csv"]), folder / "log", parse_project(PROJECT), Options(columns=COLUMNS))
    log = open_log(folder / "log")
    contents = report_files(weekly_report(log), log, process_map(log, f"{IMAGE}.csv")[0], f"{IMAGE}.csv", ())
    return {name: content.decode() for name, content in contents.items()}


def test_nobody_is_named(files: dict[str, str]) -> None:
    assert list(files) == list(FILES)
    assert [name for name, text in files.items() if PERSON in text] == []


def test_names_are_shown_as_text(files: dict[str, str]) -> None:
    page = files["report.html"]
    # The data and the script of the map.
    assert re.findall("<script[^>]*>", page) == ['<script type="application/json" class="om-data">', "<script>"]
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "onerror=alert(1)&gt;" in page
    assert SCRIPT not in files["report.md"]
    assert "<img" not in files["report.md"]


def test_the_page_reaches_for_nothing(files: dict[str, str]) -> None:
    page = files["report.html"]
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert len(styles) == 1
    assert f"style-src &#39;sha256-{digest}&#39;" in policy
    assert policy.startswith("default-src &#39;none&#39;;")
    assert " style=" not in page
    links = set(re.findall(r' (?:href|src|action|data)="([^"]*)"', page))
    assert links <= {f"#{name}" for name in re.findall(r'<section id="([^"]*)"', page)}
    assert set(re.findall(r"https?://[^\"' <]*", page)) <= {"http://www.w3.org/2000/svg"}


def test_formulas_are_text_in_csv(files: dict[str, str]) -> None:
    orders = list(csv.DictReader(io.StringIO(files["orders.csv"])))
    assert orders
    assert all(row["case_id"].startswith("'=O") for row in orders)


def test_markdown_fits_a_message(files: dict[str, str]) -> None:
    assert len(files["report.md"].splitlines()) < 60


def test_small_departments_are_not_told(files: dict[str, str]) -> None:
    # Seven people, one of whom works on every order of a number; two orders a week are rejected, by two people.
    result = json.loads(files["report.json"])["result"]
    assert result["rejections"]["departments"] == [["Credit", None]]
    assert ">20<" not in files["report.html"].split("Who rejects")[1].split("Why")[0]
