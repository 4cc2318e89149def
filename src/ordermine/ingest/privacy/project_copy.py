"""The copy of the project file that a log keeps, without raw values and with the same meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.lexicon import meanings
from ordermine.project import Project
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.ingest.privacy.disguise import Disguise


def disguised(project: Project, disguise: Disguise) -> Project:
    """Return a project file as the log keeps it.

    What it says of departments is said of their pseudonyms where these are in the log, and names in all other texts are
    replaced as they are in the events. Names of columns and files stay as they are: they are needed to read later
    exports. A step that has another name now keeps its meaning by an entry of its own.
    """
    data = project.model_dump(mode="json", exclude_defaults=True)
    department = "department" in disguise.decided.values()

    def unit(text: str) -> str:
        return disguise.of("department", text) if department else disguise.names.replace(text)

    for section, content in data.items():
        if section == "departments":
            content |= {key: _renamed(value, unit) for key, value in content.items() if key in ("aliases", "system")}
        elif section == "expected":
            content |= {
                key: _renamed(value, unit if key == "loops" else disguise.names.replace)
                for key, value in content.items()
            }
        elif section == "source":
            for source in content:
                for column, step in source.get("milestones", {}).items():
                    # Without a department, a milestone is written as the name of its step alone.
                    parts = {"activity": step} if isinstance(step, str) else step
                    source["milestones"][column] = {
                        key: (unit if key == "department" else disguise.names.replace)(value)
                        for key, value in parts.items()
                    }
                if "steps" in source:
                    source["steps"] = _renamed(source["steps"], disguise.names.replace)
        elif section not in ("log", "calendar", "targets"):
            data[section] = _renamed(content, disguise.names.replace)
    kept = Project.model_validate(data)
    lost = _meanings_lost(project, kept, disguise.changed_activities)
    return Project.model_validate({**data, "activities": {**lost, **data.get("activities", {})}}) if lost else kept


def declared_columns(project: Project) -> set[str]:
    """Return all names of columns that a project file mentions."""
    return {
        name
        for source in project.source
        for key in KEY_COLUMNS
        if (choice := source.columns().get(key)) is not None
        for name in ((choice,) if isinstance(choice, str) else choice)
    }


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    """Rename all texts of plain data, keys of tables included."""
    if isinstance(value, str):
        return rename(value)
    if isinstance(value, list):
        return [_renamed(entry, rename) for entry in value]
    if isinstance(value, dict):
        return {rename(key) if isinstance(key, str) else key: _renamed(entry, rename) for key, entry in value.items()}
    return value


def _meanings_lost(project: Project, kept: Project, changed: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return activities of the log that would mean something else than what they meant before → their meaning."""
    before = meanings(sorted(changed), project)
    after = meanings([changed[name] for name in sorted(changed)], kept)
    return {
        changed[name]: {key: value for key, value in (("kind", was.kind), ("stage", was.stage)) if value is not None}
        for name, was in before.items()
        if (was.kind, was.stage) != (None, None)
        and (was.kind, was.stage) != (after[changed[name]].kind, after[changed[name]].stage)
    }
