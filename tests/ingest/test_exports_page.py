"""The project files in docs/exports.md are read as they stand there, and do what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ordermine.project import SHAPES, parse_project

if TYPE_CHECKING:
    from tests.conftest import Ingest

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_project_file_of_the_page_can_be_read(block: str) -> None:
    project = parse_project(block)
    # Written and read again, it says the same.
    assert parse_project(project.to_toml()) == project


def test_every_shape_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(SHAPES)


def test_the_documents_of_the_page(ingest_files: Ingest) -> None:
    [block] = [block for block in BLOCKS if 'shape = "documents"' in block]
    files = {
        "orders.csv": "Order No,Created at,Created by\nO1,2024-01-13 08:00,u1\n",
        "deliveries.csv": "Delivery No,Created at,Order No,Goods issue on\nD1,2024-01-14 08:00,O1,2024-01-15\n",
    }
    found = ingest_files(files, project=parse_project(block))
    assert [(row["case_id"], row["activity"], row["department"]) for row in found.rows()] == [
        ("O1", "Create order", None),
        ("O1", "Pick delivery", None),
        ("O1", "Post goods issue", "Logistics"),
    ]


def test_the_lookup_of_the_page(ingest_files: Ingest) -> None:
    [block] = [block for block in BLOCKS if "USER_ID" in block]
    files = {
        "orders.csv": "Order,Step,At,User\n1,Enter,2024-03-31 10:00,anna\n1,Check,2024-04-01 00:00,anna\n",
        "people.csv": "USER_ID,Team,Valid from,Valid to\nanna,Sales,,2024-04-01\nanna,Finance,2024-04-01,\n",
    }
    assert ingest_files(files, project=parse_project(block)).column("department") == ["Sales", "Finance"]
