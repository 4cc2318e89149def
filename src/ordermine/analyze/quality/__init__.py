"""OM0: is this log fit to measure?"""

from __future__ import annotations
