"""Measures of orders: what scorecard, report, gate and comparison say of a log, all over the same orders and weeks."""

from __future__ import annotations
