"""Events to the log on disk, and the log to named views."""

from __future__ import annotations
