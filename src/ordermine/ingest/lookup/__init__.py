"""What other files say about an event: joined by keys, and by the period in which it holds."""

from __future__ import annotations
