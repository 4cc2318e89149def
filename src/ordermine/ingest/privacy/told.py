"""What a pseudonymised log says about itself: for its manifest, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.ingest.privacy.free_text import looks_personal
from ordermine.ingest.privacy.places import Place
from ordermine.ingest.privacy.pseudonyms import TEXT
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ordermine.ingest.privacy.disguise import Disguise
    from ordermine.ingest.privacy.settings import Privacy

ABOUT_PRIVACY: Final = "privacy: "
"""Begins every note on it."""


def privacy_facts(privacy: Privacy, disguise: Disguise) -> dict[str, Any]:
    """Return what was replaced, as plain data."""
    return {
        "keys": list(privacy.columns),
        "key_id": privacy.key.id,
        "replaced": [
            {"column": place.column, "of": place.group, "as": name}
            for place, name in sorted(disguise.decided.items(), key=lambda item: (item[0].column, item[0].group or ""))
        ],
        "searched": sorted(disguise.searched_out),
        "keep_text": sorted(privacy.keep_text),
    }


def earlier_places(facts: Mapping[str, Any] | None) -> dict[Place, str]:
    """Return what a log that is added to has pseudonymised, from its manifest."""
    if facts is None:
        return {}
    return {Place(entry["column"], entry["of"]): entry["as"] for entry in facts["replaced"]}


def privacy_notes(privacy: Privacy, disguise: Disguise, folder: Path, unique: Mapping[str, Any]) -> list[str]:
    """Return what a person should know.

    Parameters
    ----------
    privacy
        What was asked.
    disguise
        What was replaced.
    folder
        Of the generation that was written.
    unique
        As of `unique_cases`.
    """
    asked = {Place(KEY_COLUMNS[what]) for what in privacy.columns if what in KEY_COLUMNS}
    further = [
        f"{place.shown()} as {name}"
        for place, name in sorted(disguise.decided.items(), key=lambda item: (item[0].column, item[0].group or ""))
        if name != TEXT and place not in asked
    ]
    texts = sorted(
        {
            place.shown() if place.group is None else f"changes of {place.group!r}"
            for place, name in disguise.decided.items()
            if name == TEXT
        }
    )
    notes = [
        f"pseudonyms under the key {privacy.key.id} stand for {', '.join(privacy.columns)}; whoever has the key can "
        "tell for whom, and who knows enough about an order finds it: pseudonymised data remain personal data"
    ]
    if further:
        notes.append(f"also pseudonymised, since they hold the same: {'; '.join(further)}")
    if texts:
        notes.append(
            f"free text is dropped: {', '.join(texts)}; of each text only a pseudonym stays, which tells texts apart; "
            "what must stay is named with --keep-text"
        )
    if disguise.searched_out:
        shown = ", ".join(map(repr, sorted(disguise.searched_out)))
        notes.append(f"raw values were replaced within the texts of {shown}")
    for column, cells in _doubtful(folder, disguise).items():
        notes.append(
            f"{cells:,} events have in {column!r} what looks like an e-mail address, a telephone number or an IBAN"
        )
    notes.append(_still_unique(unique))
    return [ABOUT_PRIVACY + note for note in notes]


def _still_unique(unique: Mapping[str, Any]) -> str:
    cases, events = unique["cases"], unique["by_three_events"]
    variant, day = (f"{100 * unique[what] / cases:.1f} %" for what in ("by_variant", "by_variant_and_day"))
    return (
        f"{variant} of {cases:,} orders are the only ones with their sequence of steps, {day} with it and their first "
        f"day, {100 * events['share']:.1f} % with three events of which step and day are known"
    )


def _doubtful(folder: Path, disguise: Disguise) -> dict[str, int]:
    """Return column that stayed → events in which it still looks like an address, a number to call or an account."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: dict[str, int] = {}
    for path in sorted((folder / "events").glob("part-*.parquet")) if disguise.doubtful else ():
        file = pq.ParquetFile(path)
        for column in sorted(disguise.doubtful & set(file.schema_arrow.names)):
            for batch in file.iter_batches(columns=[column]):
                cells = looks_personal(batch.column(0).cast(pa.string()))
                found[column] = found.get(column, 0) + cells
    return {column: cells for column, cells in found.items() if cells}
