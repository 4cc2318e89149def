"""Pictures of processes: DOT, layout without any system package, SVG, PNG, PDF, HTML, BPMN."""

from __future__ import annotations
