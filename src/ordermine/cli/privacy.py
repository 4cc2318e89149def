"""What is to be pseudonymised: from the command line, the project file, or the log that is added to."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.eventlog.manifest import Manifest
    from ordermine.ingest.privacy.settings import Privacy
    from ordermine.project import Project


def find_privacy(
    pseudonymise: str | None,
    key_file: Path | None,
    keep_text: str | None,
    left_out: Path | None,
    project: Project,
    added_to: Manifest | None = None,
) -> Privacy | None:
    """Return what is to be pseudonymised and how; None where names stay.

    Parameters
    ----------
    pseudonymise, key_file, keep_text, left_out
        The options of the same names, None where they are not given.
    project
        The project file; the command line wins over it.
    added_to
        Manifest of the log that is added to, which wins over the project file.

    Raises
    ------
    UsageError
        There is no key, or an option says how to do what isn't asked for.
    """
    from ordermine.ingest.privacy.key import MAKE, VARIABLE, read_key
    from ordermine.ingest.privacy.settings import Privacy

    earlier = added_to.privacy if added_to else None
    columns = _names(pseudonymise, "--pseudonymise")
    texts = _names(keep_text, "--keep-text")
    if earlier is not None:
        columns, texts = columns or tuple(earlier["keys"]), (*texts, *earlier["keep_text"])
    columns, texts = columns or project.log.pseudonymise, texts or project.log.keep_text
    if not columns:
        given = {"--key-file": key_file, "--keep-text": keep_text, "--left-out": left_out}
        if useless := [option for option, value in given.items() if value is not None]:
            raise UsageError(
                f"{useless[0]} is for pseudonyms, and none are asked for",
                hint="add e.g. --pseudonymise resource,customer",
            )
        return None
    key = read_key(key_file)
    if key is None:
        raise UsageError(
            f"pseudonyms for {', '.join(columns)} need a key: give --key-file, or set {VARIABLE}", hint=MAKE
        )
    return Privacy(tuple(dict.fromkeys(columns)), key, frozenset(texts), left_out)


def silent_opening(privacy: Privacy | None, exports: Sequence[str]) -> AbstractContextManager[None]:
    """Take values out of the messages of errors while exports are opened under pseudonyms, when no column is known.

    A database says, for example, which text is no number.
    """
    if privacy is None:
        return nullcontext()
    from ordermine.ingest.privacy.silence import without_values

    return without_values({Path(export).name for export in exports})


def _names(text: str | None, option: str) -> tuple[str, ...]:
    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise UsageError(f"{option} {text!r}: names nothing", hint="e.g. resource,customer")
    return names
