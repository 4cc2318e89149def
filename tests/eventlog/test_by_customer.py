from __future__ import annotations

import pytest

from ordermine.eventlog.by_customer import is_by_customer


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        ("Cancel order", "Cancelled by customer"),
        ("Cancel order", "Customer chose another supplier"),
        ("Cancel order", "Customer has no budget"),
        ("Quote declined by customer", None),
        ("Auftrag storniert", "Kundenwunsch"),
        ("Auftrag storniert", "Vom Kunden storniert"),
        ("OrderCancelledByCustomer", None),
        ("Auftrag storniert", "Kunde hat storniert"),
        ("Auftrag storniert", "Auf Wunsch des Kunden"),
        ("Auftrag storniert", "Der Kunde verzichtet"),
        ("Commande annulée", "Annulé par le client"),
        ("Commande annulée", "Le client a changé d'avis"),
        ("Commande annulée", "À la demande du client"),
        ("Pedido cancelado", "El cliente ha cancelado"),
        ("Pedido cancelado", "A petición del cliente"),
        ("Cancel order", "Customer no longer needs it"),
    ],
)
def test_what_reason_or_step_say(activity: str, reason: str | None) -> None:
    assert is_by_customer(activity, reason, "Sales", "human") is True


@pytest.mark.parametrize(
    "reason",
    [
        "Customer master data missing",
        "Customer credit limit exceeded",
        "Item not available",
        "No answer from customer",
        "Customer has no VAT number",
        "Customer didn't pay",
        "Rejected by Customer Service",
        "Kundennummer falsch",
        "Code client erroné",
        "Cliente sin crédito",
    ],
)
def test_reasons_that_only_mention_the_customer(reason: str) -> None:
    assert is_by_customer("Reject order", reason, "Credit", "human") is False


def test_the_actor_tells_first_and_nothing_tells_nothing() -> None:
    assert is_by_customer("Reject", "Item not available", None, "customer") is True
    assert is_by_customer("Reject", None, "Credit", "unknown") is False
    assert is_by_customer("Reject", None, None, "system") is False
    assert is_by_customer("Reject", None, None, "unknown") is None
