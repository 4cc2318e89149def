"""Rebuild the actual lead-to-cash process from order exports, and say with evidence where orders go wrong.

The flow, in reading order::

    ingest     exported files          -> canonical events, every row accounted for
    eventlog   canonical events        -> a linked log on disk, open for questions
    discover   log                     -> the actual process: graph, variants, handoffs, model
    analyze    log                     -> findings, where errors start, what is right the first time
    report     values                  -> people: terminal, files, pictures

``pipeline`` runs ingest into a log; ``cli`` is one thin file per command. The vocabulary that all speak is in
``schema``, what can go wrong in ``errors``, what the data can't say in ``project`` and ``lexicon``.

From Python::

    from pathlib import Path
    from ordermine.eventlog.log import open_log
    from ordermine.discover.process import discover

    process = discover(open_log(Path("orders")))
"""

from __future__ import annotations
