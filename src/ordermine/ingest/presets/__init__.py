"""Whole systems: which tables their exports have, and the queries that make events of them; one TOML file each."""

from __future__ import annotations
