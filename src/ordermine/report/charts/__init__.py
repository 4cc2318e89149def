"""Small charts: inline SVG for pages, characters for terminals. Colours and strokes are classes of `charts.css`."""

from __future__ import annotations
