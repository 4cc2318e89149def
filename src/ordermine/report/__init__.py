"""Graphs, models, tables and findings to people: terminal, files, pictures."""

from __future__ import annotations
