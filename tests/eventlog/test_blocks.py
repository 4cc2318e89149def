from __future__ import annotations

import pytest

from ordermine.eventlog.blocks import block_name


@pytest.mark.parametrize(
    ("sets", "removes", "name"),
    [
        ("Set credit block", "Release credit block", "credit"),
        ("Credit block set", "Credit block removed", "credit"),
        ("Document blocked for credit", "Document released for credit", "document credit"),
        ("LgstCheckOnConfDat Set", "LgstCheckOnConfDat Removed", "lgst check conf dat"),
        ("Liefersperre setzen", "Liefersperre aufgehoben", "liefersperre"),
        ("Blocage crédit posé", "Blocage crédit levé", "credit"),
        ("Hold", "Release", ""),
    ],
)
def test_steps_that_set_and_remove_a_block_name_the_same(sets: str, removes: str, name: str) -> None:
    assert block_name(sets) == block_name(removes) == name
