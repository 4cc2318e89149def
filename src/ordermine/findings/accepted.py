"""Findings that somebody accepts for a while: ``accepted.toml`` with reason, owner and day of expiry.

::

    [[accepted]]
    code = "OM401"
    subject = "Sales ↔ Credit"      # or, instead of both: id = "0f3c9a1b2d4e"
    reason = "Credit checks are being moved to the order form"
    owner = "Head of Sales Operations"
    expires = 2026-12-31

Importing this module loads pydantic: do it in functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, model_validator  # noqa: TID253  (the models are this module; its users import it lazily)

from ordermine.errors import UsageError, near
from ordermine.findings.finding import finding_id
from ordermine.toml_file import CHECKED, Day, Text, load_toml, parse_toml

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from pathlib import Path

    from ordermine.findings.finding import Finding


class Acceptance(BaseModel):
    """One ``[[accepted]]``: which finding, why, who answers for it, until when."""

    model_config = CHECKED

    reason: Text
    owner: Text
    expires: Day
    """Last day on which it holds, in UTC."""
    code: Text | None = None
    subject: Text | None = None
    id: Text | None = None

    @model_validator(mode="after")
    def _names_a_finding(self) -> Acceptance:
        by_subject = self.code is not None and self.subject is not None
        if by_subject == (self.id is not None) or (self.id is not None and (self.code or self.subject)):
            raise ValueError("names its finding by code and subject, or else by id")
        return self

    @property
    def finding_id(self) -> str:
        """Id of the finding that is accepted."""
        if self.code is not None and self.subject is not None:
            return finding_id(self.code.upper(), self.subject)
        return (self.id or "").lower()

    @property
    def named(self) -> str:
        """The finding as the file names it."""
        return f"{self.code} {self.subject}" if self.code is not None else f"id {self.id}"


class _AcceptedFile(BaseModel):
    model_config = CHECKED

    accepted: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which findings are accepted as of a day, and what has to be said of the others in the file."""

    by_id: dict[str, Acceptance]
    """Id of a finding that there is → why it is accepted; expired ones are left out."""
    notes: tuple[str, ...] = ()


def load_accepted(path: str | Path, codes: Collection[str]) -> tuple[Acceptance, ...]:
    """Read an ``accepted.toml``.

    Parameters
    ----------
    path
        Of the file.
    codes
        Of all analyzers.

    Raises
    ------
    UsageError
        No such file, not TOML, not as described above, an unknown code, or a finding that is accepted twice.
    EnvironmentFault
        The file can't be read.
    """
    hint = "write one: [[accepted]] with code and subject (or id), reason, owner and expires"
    found = load_toml(path, _AcceptedFile, "file of accepted findings", hint)
    return _checked(found, codes, str(path))


def parse_accepted(text: str, codes: Collection[str], where: str = "accepted.toml") -> tuple[Acceptance, ...]:
    """Read an ``accepted.toml`` from its text; `where` names it in messages. Raises as `load_accepted`."""
    return _checked(parse_toml(text, _AcceptedFile, where), codes, where)


def _checked(found: _AcceptedFile, codes: Collection[str], where: str) -> tuple[Acceptance, ...]:
    seen: dict[str, int] = {}
    for number, one in enumerate(found.accepted, 1):
        place = f"{where}: [[accepted]] {number}"
        if one.code is not None and one.code.upper() not in codes:
            raise UsageError(f"{place}: no analyzer {one.code!r}", hint=near(one.code, codes))
        if one.finding_id in seen:
            raise UsageError(
                f"{place}: {one.named} is accepted by [[accepted]] {seen[one.finding_id]} already", hint="remove one"
            )
        seen[one.finding_id] = number
    return found.accepted


def accept(
    acceptances: Sequence[Acceptance],
    findings: Sequence[Finding],
    as_of: date | None,
    measured: Collection[str],
    *,
    all_measured: bool,
) -> Accepted:
    """Return which findings are accepted.

    Parameters
    ----------
    acceptances
        What the file says.
    findings
        What was found.
    as_of
        The day that counts as today; None for a log without events, in which nothing expires.
    measured
        Codes of the analyzers that gave an answer: only what they no longer find is gone.
    all_measured
        Whether those are all analyzers, so that a finding named by its id is gone if it isn't among `findings`.
    """
    there = {finding.id for finding in findings}
    by_id: dict[str, Acceptance] = {}
    notes = []
    for one in acceptances:
        until = f"accepted by {one.owner} until {one.expires}"
        if one.finding_id not in there:
            if all_measured if one.code is None else one.code.upper() in measured:
                notes.append(f"{one.named}, {until}, is not found any more: its entry can be removed")
        elif as_of is not None and as_of > one.expires:
            notes.append(f"{one.named}, {until}, counts again: settle it or accept it anew")
        else:
            by_id[one.finding_id] = one
    return Accepted(by_id, tuple(notes))
