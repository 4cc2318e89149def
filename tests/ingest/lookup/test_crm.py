"""A real wide export joined with three tables; the numbers were counted apart, with a spreadsheet's means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.eventlog.log import open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
[[source]]
files = "sales_pipeline.csv"
shape = "wide"
case = "opportunity_id"
customer = "account"
resource = "sales_agent"
[source.milestones]
created_on = "Create opportunity"
close_date = "Close opportunity"
[[source.lookup]]
file = "sales_teams.csv"
match = ["sales_agent"]
take = { department = "regional_office", manager = "manager" }
[[source.lookup]]
file = "accounts.csv"
match = ["account"]
take = ["revenue", "employees"]
[[source.lookup]]
file = "products.csv"
match = ["product"]
take = ["sales_price"]
"""


@pytest.mark.real
def test_opportunities_get_office_account_and_price(real_logs: Path, tmp_path: Path) -> None:
    files = open_sources(sorted((real_logs / "crm").glob("*.csv")))
    manifest = ingest(files, tmp_path / "log", parse_project(PROJECT), Options(timezone="UTC"))
    ledger = manifest.ledger
    # 14,277 opportunities, all with a creation, 9,931 closed; 30 agents, 97 accounts, 8 products.
    assert (ledger.events, manifest.cases, ledger.duplicates) == (14_277 + 9_931, 14_277, 0)
    assert ledger.rejected_by_reason == {
        "looked up for department, manager": 30,
        "looked up for revenue, employees": 97,
        "looked up for sales_price": 8,
    }
    assert manifest.notes == ()
    log = open_log(tmp_path / "log")
    events = "SELECT activity, department, count(*) FROM events GROUP BY ALL ORDER BY ALL"
    assert log.rows(events) == [
        ("Close opportunity", "Central", 2_613),
        ("Close opportunity", "East", 4_306),
        ("Close opportunity", "West", 3_012),
        ("Create opportunity", "Central", 3_871),
        ("Create opportunity", "East", 5_902),
        ("Create opportunity", "West", 4_504),
    ]
    columns = "case_id, manager, revenue, employees, sales_price"
    told = f"SELECT DISTINCT {columns} FROM events WHERE case_id IN (?, ?) ORDER BY 1"
    assert log.rows(told, ["67HY0MW7", "MA82HVCI"]) == [
        ("67HY0MW7", "Rocco Neubert", "4592.96", "13938.0", "641.0"),
        # No account is named: nothing is asked, nothing is missing.
        ("MA82HVCI", "Summer Sewald", None, None, "5624.0"),
    ]
    # Nine opportunities are closed on the day on which they are created: in the order of the milestones.
    ties = "SELECT count(*) FROM events WHERE tied AND seq = 1 AND activity = 'Create opportunity'"
    assert log.rows(ties) == [(9,)]
