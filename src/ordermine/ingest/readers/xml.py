"""Reading XML that nobody vouches for: element by element, without document types, entities or network."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.files import AGAIN, faults_explained, open_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from pathlib import Path


MOST_TAGS = 1_000_000
LARGEST_PART = 1 << 27
"""Tags and bytes between the end of one order or event and the end of the next: what memory has to hold at once."""

INCLUDE = "{http://www.w3.org/2001/XInclude}include"


class _Chunks:
    """A stream that gives what it has at once, so that the parser sees all of a truncated file, within limits."""

    def __init__(self, stream: BufferedReader, name: str) -> None:
        self._stream = stream
        self._name = name
        self._tags = self._bytes = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read1(size)
        self._tags += data.count(b"<")
        self._bytes += len(data)
        if self._tags > MOST_TAGS or self._bytes > LARGEST_PART:
            raise InputError(
                f"{self._name}: more than {MOST_TAGS:,} tags or {LARGEST_PART >> 20} MB before the end of one order",
                hint="export one trace for each order",
            )
        return data

    def settle(self) -> None:
        """Count anew: what was read so far need not be held."""
        self._tags = self._bytes = 0


def elements(
    stream: BufferedReader, name: str, events: tuple[str, ...], tags: tuple[str, ...] | None
) -> Iterator[tuple[str, Any]]:
    """Iterate over the elements with one of these local names (None: all), as (event, element).

    Raises
    ------
    InputError
        There is more in one element than memory should hold, or the file asks to include another.
    """
    from lxml import etree

    chunks = _Chunks(stream, name)
    wildcards = None if tags is None else [*(f"{{*}}{tag}" for tag in tags), INCLUDE]
    found = etree.iterparse(
        chunks,
        events=events,
        tag=wildcards,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
    )
    for event, element in found:
        if element.tag == INCLUDE:
            raise InputError(
                f"{name}: asks for another file to be included (XInclude), which is not allowed in an event log",
                hint="export the log as one file",
            )
        parent = element.getparent()
        inside = parent is not None and tags is not None and local_name(parent) in tags
        yield event, element
        if not inside:
            chunks.settle()


def local_name(element: Any) -> str:
    """Return the name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def discard(element: Any) -> None:
    """Free an element that has been read, and its siblings before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]


def opening(path: Path, name: str) -> tuple[Any, str]:
    """Return the attributes and namespace-free name of the root, with the name of the root's first child.

    Gives (root element, name of its first child or the empty string); the root holds its attributes only.

    Raises
    ------
    InputError
        The file is not XML, or it has a document type declaration, which could define entities.
    """
    with syntax_explained(name, lambda: "nothing"), open_binary(path) as stream:
        found = elements(stream, name, ("start",), None)
        _, root = next(found)
        if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
            raise InputError(
                f"{name}: a document type declaration (DOCTYPE) is not allowed in an event log",
                hint="remove the DOCTYPE and its entities, or export the log again",
            )
        _, child = next(found, (None, None))
        return root, "" if child is None else local_name(child)


@contextmanager
def syntax_explained(name: str, progress: Callable[[], str]) -> Iterator[None]:
    """Turn a syntax error into one that says where it is and what had been read; see `faults_explained`."""
    from lxml import etree

    try:
        with faults_explained(name, progress):
            yield
    except etree.XMLSyntaxError as error:
        what = error.msg.rpartition(", line ")[0] or error.msg
        raise InputError(
            f"{name}: the XML is cut off or broken at line {error.lineno}: {what}; read before that: {progress()}",
            hint=AGAIN,
        ) from error
