from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.project import load_project
from ordermine.schema import KEY_COLUMNS, KINDS, STAGES
from ordermine.simulate.csv_export import COLUMNS, TEAM_COLUMNS
from ordermine.simulate.export import Export
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.project_file import write_project_file
from ordermine.simulate.scenarios import SCENARIOS
from ordermine.simulate.steps import ORDINARY_STEPS, STEPS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path: Path = tmp_path_factory.mktemp("project") / "ordermine.toml"
    write_project_file(path, HOURS, Export())
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_every_column_is_mapped_once(project: dict[str, Any]) -> None:
    (source,) = project["source"]
    keys = {key: column for key, column in source.items() if key in KEY_COLUMNS}
    assert set(source) - set(keys) == {"files", "shape", "case_attributes"}
    assert sorted([*keys.values(), *source["case_attributes"]]) == sorted(COLUMNS)


def test_every_step_has_a_known_kind_and_stage(project: dict[str, Any]) -> None:
    assert set(project["activities"]) == set(ORDINARY_STEPS)
    for meaning in project["activities"].values():
        assert meaning["kind"] in KINDS
        assert meaning["stage"] in STAGES


def test_the_calendar_is_the_one_people_worked_by(project: dict[str, Any]) -> None:
    assert project["calendar"]["hours"] == "08:00-17:00"
    assert project["calendar"]["holidays"] == sorted(day.isoformat() for day in HOURS.holidays)


@pytest.mark.parametrize("name", SCENARIOS)
def test_ordermine_accepts_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "ordermine.toml"
    export = SCENARIOS[name].plan.export
    write_project_file(path, HOURS, export, STEPS)
    read = load_project(path)
    assert set(read.activities) == set(STEPS)
    assert read.lineage == export.lineage
    assert read.required == {stage: tuple(fields) for stage, fields in export.required.items()}
    mapped = {*read.source[0].columns().values(), *read.source[0].case_attributes}
    assert mapped <= set(export.columns)
    assert set(export.columns) - mapped <= {"Region", *TEAM_COLUMNS}
