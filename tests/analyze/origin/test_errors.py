from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.analyze.origin.errors import find_errors, rows
from ordermine.errors import NotMeasurable

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log

STEPS = """
[activities]
"Confirm" = { kind = "confirm" }
"Write" = { kind = "other" }
"Change" = { kind = "change" }
"Call" = { kind = "contact" }
"Complain" = { kind = "complaint" }
"""

Step = tuple[str, str, str, str, str]
"""Step, department, field, old value, new value."""

CONFIRM: Step = ("Confirm", "Desk", "", "", "")


def events(*steps: Step, case: str = "A", **further: str) -> list[dict[str, str]]:
    """Return one order's events, an hour apart."""
    return [
        {
            "case": case,
            "activity": step,
            "at": f"{8 + hour:02d}:00",
            "department": department,
            "field": field,
            "old": old,
            "new": new,
            "actor_type": "human",
            **further,
        }
        for hour, (step, department, field, old, new) in enumerate(steps)
    ]


@pytest.fixture
def found(make_log: Callable[..., Log]) -> Callable[..., list[dict[str, Any]]]:
    def find(history: Sequence[dict[str, str]], project: str = "") -> list[dict[str, Any]]:
        log = make_log(history, STEPS + project)
        return rows(log, find_errors(log))

    return find


Found = Callable[..., list[dict[str, Any]]]


def test_error_starts_with_the_write_not_with_its_correction(found: Found) -> None:
    history = events(("Write", "Sales", "price", "", "90"), CONFIRM, ("Change", "Finance", "price", "90", "100"))
    [one] = found(history, '[errors]\ntypes = { price = "pricing" }')
    assert one == {
        "case_id": "A",
        "field": "price",
        "error_type": "pricing",
        "class": "error",
        "wrong_value": "90",
        "detected_at": "2026-03-02T10:00:00Z",
        "detected_by": "Finance",
        "originated_at": "2026-03-02T08:00:00Z",
        "originated_by": "Sales",
        "method": "value history",
        "confidence": "high",
        "reason": "",
    }


def test_what_is_changed_before_confirmation_is_drafting(found: Found) -> None:
    write, change = ("Write", "Sales", "price", "", "90"), ("Change", "Finance", "price", "90", "100")
    assert found(events(write, change, CONFIRM, ("Change", "Finance", "item", "", "x"))) == []


def test_order_that_was_never_confirmed_has_no_errors(found: Found) -> None:
    confirmed = events(("Write", "Sales", "price", "", "90"), CONFIRM, case="B")
    open_order = events(("Write", "Sales", "price", "", "90"), ("Change", "Finance", "price", "90", "100"))
    assert found([*open_order, *confirmed]) == []


def test_first_handoff_takes_the_place_of_a_confirmation_that_no_step_of_the_log_is(found: Found) -> None:
    drafted = ("Change", "Sales", "price", "80", "90")
    history = events(("Write", "Sales", "price", "", "80"), drafted, ("Change", "Finance", "price", "90", "100"))
    [one] = found(history)
    assert (one["wrong_value"], one["originated_by"], one["detected_by"]) == ("90", "Sales", "Finance")


def test_other_spelling_is_neither_an_error_nor_an_origin(found: Found) -> None:
    history = events(
        ("Write", "Sales", "price", "", "90"),
        CONFIRM,
        ("Change", "Desk", "price", "90", "90,00"),
        ("Change", "Finance", "price", "90,00", "100"),
    )
    [one] = found(history)
    assert (one["originated_by"], one["detected_by"]) == ("Sales", "Finance")


def test_day_and_month_swapped_is_an_error_where_other_values_prove_their_order(found: Found) -> None:
    swapped = ("Write", "Sales", "date", "", "03/04/2026"), CONFIRM
    history = events(*swapped, ("Change", "Finance", "date", "03/04/2026", "04/03/2026"))
    assert found(history) == []
    [one] = found([*history, *events(("Write", "Sales", "date", "", "25/04/2026"), case="B")])
    assert (one["wrong_value"], one["originated_by"]) == ("03/04/2026", "Sales")


def test_origin_is_in_the_last_uninterrupted_stretch(found: Found) -> None:
    history = events(
        ("Write", "Sales", "price", "", "90"),
        ("Change", "Desk", "price", "90", "100"),
        ("Change", "Logistics", "price", "100", "90"),
        CONFIRM,
        ("Change", "Finance", "price", "90", "100"),
    )
    assert [one["originated_by"] for one in found(history)] == ["Logistics"]


def test_copies_lead_to_their_source_and_are_one_error(found: Found) -> None:
    history = events(
        ("Write", "Sales", "quote.price", "", "90"),
        ("Write", "Desk", "order.price", "", "90.00"),
        CONFIRM,
        ("Write", "Finance", "invoice.price", "", "90"),
        ("Change", "Service", "invoice.price", "90", "100"),
        ("Change", "Desk", "order.price", "90.00", "100"),
    )
    lineage = '[lineage]\n"order.price" = "quote.price"\n"invoice.price" = "order.price"'
    for project in (lineage, ""):
        [one] = found(history, project)
        assert (one["field"], one["originated_by"], one["detected_by"]) == ("invoice.price", "Sales", "Service")
        assert (one["method"], one["confidence"]) == ("copy followed", "medium")


def test_wrong_copy_starts_with_who_copied(found: Found) -> None:
    history = events(
        ("Write", "Sales", "quote.price", "", "100"),
        ("Write", "Desk", "order.price", "", "90"),
        CONFIRM,
        ("Change", "Finance", "order.price", "90", "100"),
    )
    [one] = found(history, '[lineage]\n"order.price" = "quote.price"')
    assert one["originated_by"] == "Desk"


def test_copy_of_something_that_is_not_recorded_is_nobodys(found: Found) -> None:
    history = events(
        ("Write", "Desk", "order.price", "", "90"),
        CONFIRM,
        ("Change", "Finance", "order.price", "90", "100"),
    )
    quoted = events(("Write", "Sales", "quote.price", "", "70"), CONFIRM, case="B")
    [one] = found([*history, *quoted], '[lineage]\n"order.price" = "quote.price"')
    assert (one["originated_by"], one["reason"]) == ("", "copied from a field that is not recorded")


def test_first_write_that_is_not_recorded_is_never_put_down_to_the_corrector(found: Found) -> None:
    history = events(CONFIRM, ("Change", "Finance", "price", "90", "100"))
    [one] = found(history)
    assert (one["originated_by"], one["detected_by"]) == ("", "Finance")
    assert one["reason"] == "who wrote it first is not recorded"


def test_customer_is_free_to_change_their_mind(found: Found) -> None:
    def asked(*contact: Step) -> list[str]:
        written = ("Write", "Sales", "ship_to", "", "Mill Rd. 1")
        change = ("Change", "Desk", "ship_to", "Mill Rd. 1", "Park Ave 2")
        return [one["class"] for one in found(events(written, CONFIRM, *contact, change))]

    assert asked() == ["error"]
    assert asked(("Call", "Service", "", "", "")) == ["change_request"]
    assert asked(("Call", "Service", "ship_to", "", "")) == ["change_request"]
    assert asked(("Call", "Service", "delivery_date", "", "")) == ["error"]
    assert asked(("Complain", "Service", "ship_to", "", "")) == ["error"]


def test_contact_before_the_wrong_write_or_after_the_change_excuses_nothing(found: Found) -> None:
    call = ("Call", "Service", "ship_to", "", "")
    written, change = ("Write", "Sales", "ship_to", "", "1"), ("Change", "Desk", "ship_to", "1", "2")
    assert [one["class"] for one in found(events(call, written, CONFIRM, change, call))] == ["error"]


def test_systems_neither_correct_nor_originate_and_interfaces_do(found: Found) -> None:
    def by(actor: str, department: str = "Web shop") -> list[tuple[str, str]]:
        history = events(
            ("Write", department, "price", "", "90"),
            CONFIRM,
            ("Change", "Finance", "price", "90", "100"),
        )
        history[0]["actor_type"] = actor
        return [(one["originated_by"], one["reason"]) for one in found(history)]

    assert by("batch") == [("", "written by a system or a batch job")]
    assert by("integration") == [("Web shop", "")]
    assert by("integration", "") == [("Integration", "")]
    assert by("human", "") == [("", "the department is not recorded")]
    job = events(("Write", "Sales", "price", "", "90"), CONFIRM, ("Change", "Finance", "price", "90", "100"))
    job[2]["actor_type"] = "batch"
    assert found(job) == []


def test_only_protected_fields_count(found: Found) -> None:
    history = events(("Write", "Sales", "note", "", "a"), CONFIRM, ("Change", "Desk", "note", "a", "b"))
    assert len(found(history)) == 1
    assert found(history, '[errors]\nprotected = ["price"]') == []


def test_documents_stand_in_for_a_field_history(make_log: Callable[..., Log]) -> None:
    history = [
        {**event, "object_type": "order", "object_id": f"A/{number}"}
        for number, event in enumerate(
            events(
                ("Write", "Sales", "price", "", "90"),
                CONFIRM,
                ("Change", "Finance", "price", "", "100"),
            )
        )
    ]
    log = make_log(history, STEPS)
    [one] = rows(log, find_errors(log))
    assert (one["wrong_value"], one["originated_by"], one["method"]) == ("90", "Sales", "documents")


def test_values_without_history_or_documents_are_not_measurable(make_log: Callable[..., Log]) -> None:
    log = make_log(events(("Write", "Sales", "price", "", "90"), CONFIRM), STEPS)
    with pytest.raises(NotMeasurable, match="neither the old ones nor the documents"):
        find_errors(log)


def test_lines_of_an_order_hold_values_of_their_own(found: Found) -> None:
    def line(number: str, hour: int, *step: str) -> dict[str, str]:
        names = ("activity", "department", "field", "old", "new")
        return {
            "case": "A",
            "at": f"{8 + hour:02d}:00",
            "object_type": "line",
            "object_id": number,
            **dict(zip(names, step, strict=True)),
        }

    history = [
        line("10", 0, "Write", "Sales", "quantity", "", "5"),
        line("20", 1, "Write", "Web", "quantity", "", "3"),
        line("", 2, *CONFIRM),
        line("10", 3, "Change", "Desk", "quantity", "5", "6"),
        line("20", 4, "Change", "Desk", "quantity", "3", "4"),
    ]
    assert [(one["wrong_value"], one["originated_by"]) for one in found(history)] == [("5", "Sales"), ("3", "Web")]
