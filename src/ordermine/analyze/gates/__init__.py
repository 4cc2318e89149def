"""Gates: what a measure of orders must keep to, and whether the latest matured weeks do."""

from __future__ import annotations
