"""What may be said about a process: findings, their severity, which are selected."""

from __future__ import annotations
