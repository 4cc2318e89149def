"""The whole flow, from exported files to a log that is open for questions."""

from __future__ import annotations

from ordermine.pipeline.flow import ingest

__all__ = ["ingest"]
