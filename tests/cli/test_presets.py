from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parents[1] / "ingest" / "presets" / "samples"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return the names of Salesforce's tables, copied into the working folder."""
    names = []
    for path in sorted((SAMPLES / "salesforce").glob("*.csv")):
        shutil.copy(path, tmp_path)
        names.append(path.name)
    return names


def test_inspect_recognises_the_system(ordermine: Callable[..., Any], files: list[str]) -> None:
    said = json.loads(ordermine("inspect", *files, "--format", "json").out)["result"]
    [system] = said["systems"]
    assert system["preset"] == "salesforce"
    assert {one["name"]: one["table"] for one in system["files"]} == {
        "OpportunityFieldHistory.csv": "opportunityfieldhistory",
        "OpportunityHistory.csv": "opportunityhistory",
        "Order.csv": "order",
        "OrderHistory.csv": "orderhistory",
        "User.csv": "user",
    }
    assert 'preset = "salesforce"' in said["project"]
    assert "preset salesforce" in " ".join(ordermine("inspect", *files).out.split())


def test_two_commands_lead_from_raw_files_to_a_log(ordermine: Callable[..., Any], files: list[str]) -> None:
    assert ordermine("inspect", *files, "-o", "ordermine.toml").code == 0
    said = ordermine("ingest", *files, "-o", "log", "--format", "json", "-q")
    assert said.code == 0
    facts = json.loads(said.out)["result"]
    assert (facts["rows_in"], facts["events"], facts["duplicates"]) == (16, 11, 0)
    assert facts["rejected_by_reason"] == {
        "looked up for the department": 2,
        "nothing new against the row before, or what the field history of the opportunity tells": 1,
        "order: what happened to it is in OrderHistory": 1,
        "the name beside the id of the same change": 1,
    }
