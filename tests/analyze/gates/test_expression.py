from __future__ import annotations

import pytest

from ordermine.analyze.gates.expression import gates_of_targets, parse_gate
from ordermine.errors import UsageError
from ordermine.project import parse_project


@pytest.mark.parametrize(
    ("text", "measure", "side", "limit"),
    [
        ("ftr>=0.90", "first_time_right", "at_least", 0.9),
        ("ftr>=90%", "first_time_right", "at_least", 0.9),
        (" ftr ≥ 1 ", "first_time_right", "at_least", 1.0),
        ("om401.share <= .07", "OM401.share", "at_most", 0.07),
        ("OM401.share<=7%", "OM401.share", "at_most", 0.07),
        ("first_time_right>=BASELINE", "first_time_right", "at_least", None),
        ("cycle_time<=10d", "cycle_time", "at_most", 864_000),
        ("cycle_time<=36h", "cycle_time", "at_most", 129_600),
        ("cycle_time<=90min", "cycle_time", "at_most", 5_400),
        ("cycle_time<=2.5s", "cycle_time", "at_most", 2.5),
        ("handoffs<=3", "handoffs", "at_most", 3),
        ("handoffs<=baseline", "handoffs", "at_most", None),
    ],
)
def test_what_a_gate_says(text: str, measure: str, side: str, limit: float | None) -> None:
    gate = parse_gate(text)
    assert (gate.measure.name, gate.side, gate.limit) == (measure, side, limit)
    assert " " not in gate.text


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("ftr", "not a gate", "ftr>=0.90"),
        ("ftr>0.9", "not a gate", "write measure, >= or <="),
        ("ftr==0.9", "not a gate", ">= or <="),
        (">=0.9", "not a gate", ">= or <="),
        ("ftr>=", "not a gate", ">= or <="),
        ("ftr>=0.9 or so", "not a gate", ">= or <="),
        ("first_time_rigth>=0.9", "no measure 'first_time_rigth'", "first_time_right"),
        ("ftr<=0.9", "better when higher", "write ftr>=0.9"),
        ("OM401.share>=0.1", "better when lower", "write OM401.share<=0.1"),
        ("ftr>=90", "'90' is not a share from 0 to 1", "0.9 or 90%"),
        ("ftr>=101%", "not a share", "0.9 or 90%"),
        ("ftr>=-1", "not a share", "baseline"),
        ("ftr>=nan", "not a share", "baseline"),
        ("ftr>=10d", "not a share", "0.9 or 90%"),
        ("cycle_time<=10", "'10' is not a duration", "36h or 10d"),
        ("cycle_time<=10w", "not a duration", "36h or 10d"),
        ("handoffs<=3%", "not a number", "3 or 2.5"),
        ("ftr>=basline", "'basline' is not a share", "or baseline"),
    ],
)
def test_what_is_no_gate(text: str, said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_gate(text)
    assert repr(text) in str(caught.value)
    assert said in str(caught.value)
    assert hint in caught.value.hint


def test_targets_are_limits_too() -> None:
    project = parse_project("[targets]\nftr = { at_least = 0.9 }\nhandoffs = { at_least = 1, at_most = 3 }")
    gates = gates_of_targets(project.targets)
    assert [(gate.text, gate.side, gate.limit) for gate in gates] == [
        ("ftr>=0.9", "at_least", 0.9),
        ("handoffs>=1", "at_least", 1),
        ("handoffs<=3", "at_most", 3),
    ]
    with pytest.raises(UsageError, match=r"\[targets\] no measure 'frt'"):
        gates_of_targets(parse_project("[targets]\nfrt = { at_least = 0.9 }").targets)
