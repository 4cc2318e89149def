from __future__ import annotations

import pytest

from ordermine.ingest.actor_types import actor_type
from ordermine.schema import ACTOR_TYPES


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        ("human", "Mensch, Benutzer, UTILISATEUR, Usuario, Dialog, CRM_UI, manual"),
        ("system", "System, Système, sistema, Automated Process, automatisch"),
        ("batch", "Batch-Job, Background, Traitement par lots, Lote, CSV Import"),
        ("integration", "Schnittstelle, interface, Integración, Communication, API"),
        ("customer", "Kunde, client, Cliente"),
    ],
)
def test_actors_in_several_spellings(kind: str, spellings: str) -> None:
    assert {spelling: actor_type(spelling) for spelling in spellings.split(",")} == dict.fromkeys(
        spellings.split(","), kind
    )


def test_the_vocabulary_itself_is_known_and_nothing_is_guessed() -> None:
    assert [actor_type(kind) for kind in ACTOR_TYPES] == list(ACTOR_TYPES)
    # Departments are none of it, whatever words they are made of.
    assert [actor_type(name) for name in ("Customer Service", "System Order Team", "Batch 7", "")] == [None] * 4
