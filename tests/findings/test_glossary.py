from __future__ import annotations

from ordermine.findings.glossary import GLOSSARY


def test_terms_are_sorted_and_said_in_sentences() -> None:
    assert list(GLOSSARY) == sorted(GLOSSARY)
    for term, definition in GLOSSARY.items():
        assert term == term.lower()
        assert definition.endswith(".")
