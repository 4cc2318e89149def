"""One reader per file format; all give text columns with the row each value came from."""

from __future__ import annotations
