"""Scenarios as a German company exports them: other steps, departments, fields, columns; nothing else may change."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ordermine.analyze.ftr.first_time_right import first_time_right_by_week
from ordermine.cli import app
from ordermine.eventlog.log import open_log
from ordermine.lexicon import meaning
from ordermine.project import Project
from ordermine.simulate.scenarios import write_scenario
from ordermine.simulate.score import NEEDED, Score, score
from ordermine.simulate.steps import STEPS

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = 150

COLUMNS = {
    "Order": "Belegnummer",
    "Step": "Vorgang",
    "Changed at": "Zeitpunkt",
    "Department": "Abteilung",
    "User": "Sachbearbeiter",
    "Actor type": "Akteurstyp",
    "Customer": "Kunde",
    "Segment": "Kundengruppe",
    "Region": "Gebiet",
    "Order type": "Auftragsart",
    "Channel": "Vertriebsweg",
    "Item": "Artikel",
    "Quantity": "Menge",
    "Amount": "Auftragswert",
    "Currency": "Währung",
    "Field": "Feld",
    "Old value": "Alter Wert",
    "New value": "Neuer Wert",
    "Reason": "Grund",
    "Reference": "Bezugsbeleg",
    "Object type": "Belegart",
    "Object id": "Objektnummer",
}

GERMAN_STEPS = {
    "Capture lead": "Lead erfassen",
    "Qualify lead": "Lead qualifizieren",
    "Configure product": "Produkt konfigurieren",
    "Calculate price": "Preis kalkulieren",
    "Approve discount": "Rabatt genehmigen",
    "Issue quote": "Angebot ausfertigen",
    "Draft contract": "Vertrag entwerfen",
    "Request contract change": "Vertragsänderung anfragen",
    "Revise contract": "Vertrag überarbeiten",
    "Sign contract": "Vertrag unterzeichnen",
    "Enter order": "Auftrag erfassen",
    "Resubmit order": "Auftrag erneut einreichen",
    "Query order": "Rückfrage zum Auftrag",
    "Answer query": "Rückfrage beantworten",
    "Approve credit": "Kreditlimit genehmigen",
    "Set credit block": "Kreditsperre setzen",
    "Release credit block": "Kreditsperre aufheben",
    "Reject order": "Auftrag ablehnen",
    "Restore order": "Ablehnung zurücknehmen",
    "Cancel order": "Auftrag stornieren",
    "Confirm order": "Auftrag bestätigen",
    "Pick goods": "Ware kommissionieren",
    "Ship partial delivery": "Teillieferung versenden",
    "Ship goods": "Ware versenden",
    "Create invoice": "Rechnung erstellen",
    "Receive payment": "Zahlungseingang",
    "Log customer request": "Kundenwunsch erfassen",
    "Change order": "Auftrag ändern",
    "Correct price": "Preis korrigieren",
    "Correct delivery address": "Lieferadresse korrigieren",
    "Correct item": "Artikel korrigieren",
    "Log complaint": "Reklamation erfassen",
    "Receive return": "Retoure annehmen",
    "Create credit note": "Gutschrift erstellen",
    "Offer renewal": "Vertragsverlängerung anbieten",
    "Update order data": "Auftragsdaten aktualisieren",
    "Synchronise data": "Daten abgleichen",
    "Send notification": "Benachrichtigung senden",
    "Correct order data": "Auftragsdaten korrigieren",
    "Complete order data": "Auftragsdaten ergänzen",
    "Create monthly invoice": "Monatsrechnung erstellen",
}

NAMES = {
    # departments, two of them made of words that mean something else
    "Marketing": "Werbung",
    "Sales": "Vertrieb",
    "Deal Desk": "Preisstelle",
    "Legal": "Recht",
    "Order Management": "Customer Desk",
    "Credit": "System Kredit",
    "Logistics": "Lager & Versand",
    "Billing": "Fakturierung",
    "Customer Service": "Kundendienst",
    "System": "Automat 1",
    "Web shop": "Netzladen",
    # actor types
    "human": "Benutzer",
    "system": "automatisch",
    "batch": "Stapelverarbeitung",
    "integration": "Schnittstelle",
}

FIELDS = {
    "quote": "Angebot",
    "contract": "Vertrag",
    "order": "Auftrag",
    "delivery": "Lieferung",
    "invoice": "Rechnung",
    "lead": "Kontakt",
    "price": "Nettopreis",
    "terms": "Zahlungsbedingung",
    "ship_to": "Lieferadresse",
    "item": "Material",
    "quantity": "Bestellmenge",
    "serial": "Seriennummer",
    "tax_id": "Steuernummer",
    "delivery_date": "Wunschtermin",
}


def german(name: str) -> str:
    """Return a step, department or field as the German company calls it; what it is not, unchanged."""
    if name in GERMAN_STEPS or name in NAMES:
        return GERMAN_STEPS.get(name) or NAMES[name]
    if team := re.fullmatch(r"Sales (\w+ \d+)", name):
        return f"Vertrieb {team[1]}"
    if all(part in FIELDS for part in name.split(".")):
        return ".".join(FIELDS[part] for part in name.split("."))
    return name


def translated(value: Any) -> Any:
    """Return data of the truth with every name translated."""
    if isinstance(value, dict):
        return {key: translated(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [translated(inner) for inner in value]
    return german(value) if isinstance(value, str) else value


def translate_export(export: Path) -> None:
    with export.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    named = [header.index(name) for name in ("Step", "Department", "Actor type", "Field") if name in header]
    named += [header.index("Object type")] if "Object type" in header else []
    for row in rows:
        for place in named:
            row[place] = german(row[place])
    with export.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([[COLUMNS[name] for name in header], *rows])


def translate_project(project: Path, *, explained: bool) -> None:
    """Rename the project file along; unless `explained`, leave out what the steps mean."""
    data = tomllib.loads(project.read_text(encoding="utf-8"))
    [source] = data["source"]
    for key in source.keys() - {"files", "shape", "case_attributes"}:
        source[key] = COLUMNS[source[key]]
    source["case_attributes"] = [COLUMNS[name] for name in source["case_attributes"]]
    data["activities"] = {german(step): said for step, said in data["activities"].items()} if explained else {}
    data["departments"]["system"] = [german(name) for name in data["departments"]["system"]]
    data["lineage"] = {german(copy): german(source) for copy, source in data["lineage"].items()}
    data["errors"]["types"] = {german(field): kind for field, kind in data["errors"]["types"].items()}
    data["required"] = {stage: [german(name) for name in fields] for stage, fields in data.get("required", {}).items()}
    data["expected"] = {
        "repeat": [german(step) for step in data["expected"]["repeat"]],
        "loops": [[german(name) for name in loop] for loop in data["expected"]["loops"]],
    }
    project.write_text(Project.model_validate(data).to_toml(), encoding="utf-8")


def command(*arguments: object) -> Any:
    done = CliRunner().invoke(app, [*map(str, arguments), "--format", "json", "--quiet"], catch_exceptions=False)
    return json.loads(done.stdout)["result"]


def scores(scenario: str, export: Path, project: Path, truth: dict[str, Any], folder: Path) -> list[Score]:
    log = folder / "log"
    command("ingest", export, "-o", log, "--project", project)

    def ask(name: str) -> Any:
        if name == "errors":
            command("origins", log, "--errors", folder / "errors.csv")
            with (folder / "errors.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
        if name == "weeks":
            return first_time_right_by_week(open_log(log))
        return command(name, log) if name in ("origins", "ftr") else command("measure", name, log)

    return score(truth, {name: ask(name) for name in NEEDED[scenario]})


@pytest.mark.parametrize("scenario", ["origins", "origins-documents", "omission", "loops", "rejections", "maturity"])
def test_other_names_change_no_score(scenario: str, tmp_path: Path) -> None:
    export, project, planted = write_scenario(scenario, tmp_path / "export", ORDERS, 1)
    truth = json.loads(planted.read_text(encoding="utf-8"))
    plain = tmp_path / "plain"
    plain.mkdir()
    expected = scores(scenario, export, project, truth, plain)
    translate_export(export)
    explained = project.read_text(encoding="utf-8")
    for how in ("explained", "read off the names"):
        project.write_text(explained, encoding="utf-8")
        translate_project(project, explained=how == "explained")
        folder = tmp_path / how
        folder.mkdir()
        assert scores(scenario, export, project, translated(truth), folder) == expected, how


def test_every_step_is_translated_and_read_as_it_is_meant() -> None:
    assert GERMAN_STEPS.keys() == STEPS.keys()
    decisive = {"confirm", "deliver", "invoice", "pay", "reject", "restore", "resubmit", "cancel", "contact"}
    decisive |= {"complaint", "credit", "return", "approve", "block", "unblock", "change"}
    read = {step.name: meaning(german(step.name)).kind for step in STEPS.values() if step.kind in decisive}
    assert read == {step.name: step.kind for step in STEPS.values() if step.kind in decisive}
