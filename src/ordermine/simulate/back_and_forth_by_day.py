"""Loops, seen by day: what happens is the same, but the export has dates only and mixes up the rows of a day."""

from __future__ import annotations

from dataclasses import replace

from ordermine.simulate.back_and_forth import PLAN as LOOPS

PLAN = replace(LOOPS, export=replace(LOOPS.export, by_day=True))
