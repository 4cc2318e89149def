"""The project file, ``ordermine.toml``: what the data can't say, as frozen values.

Everything has a default. Unknown keys, wrong types and unknown words are reported together, each with its
place and the nearest known spelling.

Importing this package loads pydantic, which takes longer than ``ordermine --help`` may: do it in functions.
"""

from __future__ import annotations

from ordermine.project.fields import SHAPES, WORKDAYS
from ordermine.project.file import Project, load_project, parse_project
from ordermine.project.sections import Calendar, Departments, Errors, Expected, Log, Step, Target
from ordermine.project.sources import DeclaredSource, FieldSteps, Flow, Lookup, Milestone, SplitTimestamp

__all__ = [
    "SHAPES",
    "WORKDAYS",
    "Calendar",
    "DeclaredSource",
    "Departments",
    "Errors",
    "Expected",
    "FieldSteps",
    "Flow",
    "Log",
    "Lookup",
    "Milestone",
    "Project",
    "SplitTimestamp",
    "Step",
    "Target",
    "load_project",
    "parse_project",
]
