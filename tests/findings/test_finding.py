from __future__ import annotations

from dataclasses import replace

from ordermine.findings.finding import Finding

ONE = Finding("OM401", "return", "Sales ↔ Credit", "said", 0.1, "share", 0.05, 0.2, 10, 100)


def test_id_depends_on_code_and_subject_only() -> None:
    other = replace(ONE, message="said otherwise", value=0.2, cases=20, severity="error", evidence=("A",))
    assert other.id == ONE.id
    assert replace(ONE, code="OM402").id != ONE.id
    assert replace(ONE, subject="Sales ↔ Legal").id != ONE.id
