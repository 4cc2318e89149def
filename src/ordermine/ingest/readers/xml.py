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


class _Chunks:
    """A stream that gives what it has at once, so that the parser sees all of a truncated file."""

    def __init__(self, stream: BufferedReader) -> None:
        self.read = stream.read1


def elements(
    stream: BufferedReader, events: tuple[str, ...], tags: tuple[str, ...] | None
) -> Iterator[tuple[str, Any]]:
    """Iterate over the elements with one of these local names (None: all), as (event, element)."""
    from lxml import etree

    wildcards = None if tags is None else [f"{{*}}{tag}" for tag in tags]
    return iter(
        etree.iterparse(
            _Chunks(stream),
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
    )


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
        found = elements(stream, ("start",), None)
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
