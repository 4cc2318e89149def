"""Databases: what is to be read of one is copied once, in one snapshot, and then read like any exported file."""

from __future__ import annotations
