"""Two logs, two periods or two kinds of orders side by side: what is better, what is worse, what can't be told."""

from __future__ import annotations
