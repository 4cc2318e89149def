"""A quicker start for commands that work with Arrow."""

from __future__ import annotations

import sys


class _NoPandas:
    """Finder that says that there is no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas; leave everything else to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def spare_pandas() -> None:
    """Let Arrow make up its mind, for this process, that there is no pandas.

    At its first array Arrow loads pandas wherever it is installed, to recognise values that ordermine never gives
    it; that takes longer than everything else a command loads. `import pandas` works as usual afterwards.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)
