from __future__ import annotations

import csv
import gzip
import json
import re
import time
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from ordermine.lexicon import Assumed, Meaning, meaning, meanings
from ordermine.project import parse_project
from ordermine.schema import KINDS, STAGES

DATA = Path(__file__).parents[1].parent / "shared" / "data"

# Each line: name = kind / stage, as a practitioner reads it; "-" where the name does not say.
ENGLISH = """
Create sales order = create / order
Create sales order item = create / order
Sales Order Created = create / order
Order entry = create / order
Order received = create / order
Place order = create / order
Line Creation = create / order
Create quotation = create / quote
Create lead = create / lead
Opportunity created = create / qualify
Ticket created = create / support
Create delivery = create / deliver
Create Delivery Note = create / deliver
Delivery note created = create / deliver
Credit note created = credit / invoice
Created = create / -
Submit order = submit / order
Request approval = submit / -
Order submitted for approval = submit / order
Quotation sent = submit / quote
Contract sent = submit / contract
Resubmit order = resubmit / order
Order resubmitted = resubmit / order
Re-submitted by Sales = resubmit / -
Confirm order = confirm / order
Order confirmed = confirm / order
Order confirmation sent = confirm / order
Send order confirmation to customer = confirm / order
Sales order acknowledged = confirm / order
Change order confirmation date = change / order
Change order quantity = change / order
Forwarded for approval = submit / -
Customer contact changed = change / -
Change price = change / -
Change requested delivery date = change / -
Ship-to address changed = change / -
Order updated = change / order
Amend contract = change / contract
Correct invoice = change / invoice
Price change = change / -
Approve order = approve / order
Order approved by Finance = approve / order
Discount approval = approve / -
Credit check approved = approve / credit
Quote accepted = approve / quote
FINAL_APPROVED by SUPERVISOR = approve / -
Release purchase order = approve / order
Approval rejected = reject / -
Check and approve order = approve / order
Order rejected and returned to sales = reject / order
Block order until credit released = block / order
Order confirmation cancelled = other / order
Reject = reject / -
Rejected = reject / -
Reject sales order item = reject / order
Order rejected: price not approved = reject / order
Schedule Line Rejected = reject / order
Discount declined = reject / -
Credit check failed = reject / credit
Not approved = reject / -
Order Rejection = reject / order
Rejection cancelled = restore / -
Rejection Removed = restore / -
Restore sales order item = restore / order
Reopen order = restore / order
Remove reason for rejection = restore / -
Cancellation reversed = restore / -
Set delivery block = block / deliver
Delivery Block Set = block / deliver
Header Block Set = block / order
Order on hold = block / order
Set billing block = block / invoice
Document blocked for credit = block / credit
Set credit block = block / credit
Credit hold = block / credit
Block removed = unblock / -
Header Block Removed = unblock / order
Remove billing block = unblock / invoice
Remove Payment Block = unblock / pay
Credit hold released = unblock / credit
Remove credit block = unblock / credit
Document released for credit = unblock / credit
Unblock order = unblock / order
LgstCheckOnConfDat Removed = unblock / order
LgstCheckOnConfDat Set = block / order
Post goods issue = deliver / deliver
Goods Issue = deliver / deliver
Good Issue = deliver / deliver
Delivery = deliver / deliver
Partial delivery = deliver / deliver
Order shipped = deliver / deliver
Package delivered = deliver / deliver
Proof of delivery received = deliver / deliver
Failed delivery = other / deliver
Item out of stock = other / fulfil
Pick item = other / fulfil
Delivery picked = other / fulfil
Create invoice = invoice / invoice
Create Invoice Item = invoice / invoice
Invoice sent to customer = invoice / invoice
Vendor creates invoice = invoice / invoice
Billed = invoice / invoice
Invoice approved = approve / invoice
Cancel invoice = cancel / invoice
Invoice cancelled = cancel / invoice
Reverse goods issue = cancel / deliver
Cancel order = cancel / order
Delete Purchase Order Item = cancel / order
Order cancellation = cancel / order
Create credit memo = credit / invoice
Credit memo = credit / invoice
Credit note issued = credit / invoice
Approve credit memo = approve / invoice
Refund customer = credit / pay
Vendor creates debit memo = - / invoice
Clear invoice = pay / pay
Receive payment = pay / pay
Payment received = pay / pay
Pay order = pay / pay
Invoice paid = pay / pay
Payment reminder = note / pay
Payment reminder sent = note / pay
Dunning letter = note / pay
Approve payment = approve / pay
Goods returned = return / support
Return received = return / support
Receive return = return / support
RMA created = return / support
Customer complaint = complaint / support
Delivery complaint = complaint / support
Complaint received = complaint / support
Complaint resolved = other / support
Customer call = contact / -
Call from customer = contact / -
Change requested by customer = contact / -
Note added = note / -
Notify customer of delay = note / -
Check credit limit = other / credit
Qualify lead = other / qualify
Closed Won = other / quote
Closed Lost = other / quote
Contract signed = other / contract
Ticket solved = other / support
Reassigned = other / -
Contract renewal created = create / renew
VA01 - Create Sales Order = create / order
VA01 = create / order
VF11 = cancel / invoice
Quotation → Sales Order = confirm / order
Status: Approved = approve / -
SRM: Deleted = cancel / -
create_sales_order = create / order
SALES ORDER CREATED = create / order
salesOrderCreated = create / order
Order Activated = confirm / order
Activate order = confirm / order
Out for delivery = - / deliver
Handed to carrier = deliver / deliver
Cancel billing document = cancel / invoice
Cash application = pay / pay
Create returns order = return / support
Return authorization created = return / support
Process return = return / support
Returns processed = return / support
Credit issued = credit / invoice
Issue credit = credit / invoice
Customer complains = complaint / support
Dispute opened = complaint / support
Customer inquiry received = contact / -
Customer contacted us = contact / -
Outbound call = note / -
Call to customer = note / -
Order re-entered = resubmit / order
Re-enter order = resubmit / order
Order entered again = resubmit / order
PO received = create / order
Delivery returned = return / support
Customer approved quote = approve / quote
Customer accepted offer = approve / quote
Customer rejected quote = reject / quote
Customer confirms order = confirm / order
Supplier confirms order = confirm / order
Update customer contact = change / -
Customer Service rejects order = reject / order
Sales confirms order = confirm / order
Finance approves order = approve / order
"""

GERMAN = """
Auftrag angelegt = create / order
Kundenauftrag anlegen = create / order
Auftragserfassung = create / order
Bestellung eingegangen = create / order
Angebot erstellt = create / quote
Angebot erstellen = create / quote
Angebot versendet = submit / quote
Angebot angenommen = approve / quote
Zur Freigabe vorgelegt = submit / -
Auftrag eingereicht = submit / order
Erneut eingereicht = resubmit / -
Auftrag bestätigt = confirm / order
Auftragsbestätigung versendet = confirm / order
Auftragsbestaetigung = confirm / order
Liefertermin bestätigen = confirm / -
Auftrag geändert = change / order
Auftrag geaendert = change / order
Auftragsdaten ergänzt = change / order
Vertrag überarbeiten = change / contract
Preis ändern = change / -
Preisänderung = change / -
Liefertermin geändert = change / -
Lieferadresse korrigiert = change / -
Rabatt genehmigt = approve / -
Auftrag freigegeben durch Vertrieb = approve / order
Genehmigung abgelehnt = reject / -
Freigabe zurückgezogen = other / -
Auftrag abgelehnt = reject / order
Position ablehnen = reject / order
Ablehnung = reject / -
Nicht genehmigt = reject / -
Ablehnung zurückgenommen = restore / -
Storno aufgehoben = restore / -
Auftrag wieder geöffnet = restore / order
Liefersperre gesetzt = block / deliver
Auftrag gesperrt = block / order
Fakturasperre setzen = block / invoice
Liefersperre aufgehoben = unblock / deliver
Kreditsperre aufgehoben = unblock / credit
Fakturasperre entfernt = unblock / invoice
Sperre löschen = unblock / -
Kreditprüfung = other / credit
Kreditprüfung bestanden = approve / credit
Kommissionierung = other / fulfil
Lieferschein erstellt = create / deliver
Warenausgang gebucht = deliver / deliver
Warenausgang buchen = deliver / deliver
Ware versendet = deliver / deliver
Teillieferung = deliver / deliver
Teillieferung versenden = deliver / deliver
Zustellung fehlgeschlagen = other / deliver
Rechnung erstellt = invoice / invoice
Faktura anlegen = invoice / invoice
Rechnungsstellung = invoice / invoice
Rechnung stornieren = cancel / invoice
Rechnung storniert = cancel / invoice
Stornierung der Rechnung = cancel / invoice
Auftrag storniert = cancel / order
Auftragsstornierung = cancel / order
Gutschrift erstellt = credit / invoice
Gutschrift = credit / invoice
Zahlungseingang = pay / pay
Zahlung eingegangen = pay / pay
Rechnung bezahlt = pay / pay
Mahnung versendet = note / pay
Retoure angelegt = return / support
Rücksendung eingetroffen = return / support
Reklamation erfasst = complaint / support
Kundenanruf = contact / -
Notiz hinzugefügt = note / -
Kunde informiert = note / -
Neuer Auftrag = create / order
AB versendet = confirm / order
Auftrag verbindlich bestätigt = confirm / order
Freigabe verweigert = reject / -
Auftrag wieder aufgenommen = restore / order
Auftrag erneut erfasst = resubmit / order
Auftrag angehalten = block / order
Lieferstopp = block / deliver
Lieferstopp aufgehoben = unblock / deliver
An Spediteur übergeben = deliver / deliver
Teillieferung versendet = deliver / deliver
Rechnung schreiben = invoice / invoice
Erstattung = credit / pay
Kunde reklamiert = complaint / support
Mängelrüge eingegangen = complaint / support
Rückware gebucht = return / support
Ware zurückgenommen = return / support
Kunde meldet sich = contact / -
Kundenrückmeldung = contact / -
Telefonat mit Kunde = contact / -
Eingehender Anruf = contact / -
Kunde wünscht Änderung = contact / -
Kundenmail eingegangen = contact / -
Kreditprüfung durchgeführt = other / credit
Lieferung verweigert = reject / deliver
Lieferant bestätigt Auftrag = confirm / order
"""

FRENCH = """
Créer la commande = create / order
Commande créée = create / order
Saisie de la commande = create / order
Devis envoyé = submit / quote
Devis accepté = approve / quote
Soumettre la commande = submit / order
Commande soumise à nouveau = resubmit / order
Confirmation de commande = confirm / order
Commande confirmée = confirm / order
Modifier la commande = change / order
Commande modifiée = change / order
Modification du prix = change / -
Commande approuvée = approve / order
Approbation refusée = reject / -
Refusé = reject / -
Commande refusée par la finance = reject / order
Annulation du refus = restore / -
Refus annulé = restore / -
Commande bloquée = block / order
Blocage de livraison = block / deliver
Commande débloquée = unblock / order
Blocage levé = unblock / -
Lever le blocage de crédit = unblock / credit
Marchandises expédiées = deliver / deliver
Livraison = deliver / deliver
Commande livrée = deliver / deliver
Sortie de marchandises = deliver / deliver
Facture créée = invoice / invoice
Créer la facture = invoice / invoice
Annuler la facture = cancel / invoice
Commande annulée = cancel / order
Note de crédit = credit / invoice
Paiement reçu = pay / pay
Facture payée = pay / pay
Relance de paiement = note / pay
Réclamation du client = complaint / support
Retour de marchandises = return / support
Appel du client = contact / -
Nouvelle commande = create / order
Prise de commande = create / order
Ouverture de la commande = create / order
Acceptation de la commande = confirm / order
Commande ressaisie = resubmit / order
Blocage crédit = block / credit
Remise au transporteur = deliver / deliver
Réception du paiement = pay / pay
Litige ouvert = complaint / support
Retour reçu = return / support
Réception du retour = return / support
Créer un retour = return / support
Retour enregistré = return / support
Demande client enregistrée = contact / -
E-mail du client = contact / -
Mail client = contact / -
Appel entrant = contact / -
Demande de modification client = contact / -
Le client demande une modification = contact / -
Validation de la commande = approve / order
Crédit accordé = approve / credit
Validation du crédit = approve / -
Contrôle crédit = other / credit
Établir un devis = create / quote
Ajout d'une note = note / -
"""

SPANISH = """
Crear pedido = create / order
Pedido creado = create / order
Alta de pedido = create / order
Presupuesto enviado = submit / quote
Presupuesto aceptado = approve / quote
Presentar pedido para aprobación = submit / order
Volver a presentar = resubmit / -
Confirmación de pedido = confirm / order
Pedido confirmado = confirm / order
Modificar pedido = change / order
Cambio de precio = change / -
Pedido aprobado = approve / order
Aprobación rechazada = reject / -
Rechazado = reject / -
Pedido rechazado por crédito = reject / order
Rechazo anulado = restore / -
Anulación del rechazo = restore / -
Pedido bloqueado = block / order
Bloqueo de entrega = block / deliver
Pedido desbloqueado = unblock / order
Bloqueo eliminado = unblock / -
Quitar bloqueo de facturación = unblock / invoice
Salida de mercancías = deliver / deliver
Pedido entregado = deliver / deliver
Entrega = deliver / deliver
Crear factura = invoice / invoice
Factura emitida = invoice / invoice
Anular factura = cancel / invoice
Pedido cancelado = cancel / order
Nota de crédito = credit / invoice
Pago recibido = pay / pay
Factura pagada = pay / pay
Recordatorio de pago = note / pay
Reclamación del cliente = complaint / support
Devolución de mercancía = return / support
Llamada del cliente = contact / -
Nuevo pedido = create / order
Entrada de pedido = create / order
Captura de pedido = create / order
Aceptación del pedido = confirm / order
Crédito denegado = reject / credit
Presentar de nuevo = resubmit / -
Recepción de pago = pay / pay
Recepción del pago = pay / pay
Abono emitido = credit / invoice
Emitir abono = credit / invoice
Reclamo registrado = complaint / support
Recepción de devolución = return / support
Registrar devolución = return / support
Crear devolución = return / support
Solicitud de cambio del cliente = contact / -
Llamada entrante = contact / -
Petición del cliente = contact / -
Cliente solicita cambio = contact / -
El cliente solicita un cambio = contact / -
Llamar al cliente = note / -
Control de crédito = other / credit
Escalado a supervisor = other / -
"""

NOTHING_KNOWN = [
    "Step 4",
    "Activity A",
    "A",
    "",
    "   ",
    "4711",
    "Foo",
    "EVENT 13 END",
    "Queued",
    "Accepted",
    "Unmatched",
    "time out",
    "Make decision",
    "Choose best option",
    "SRM: Complete",
    "SRM: Held",
    "SRM: Change was Transmitted",
    "SRM: Awaiting Approval",
    "Approval pending",
    "Approval required",
    "Approve or reject",
    "Approved/Rejected",
    "Decide on approval",
    "Approve rejection",
    "Change request",
    "Status changed",
    "Confirmation of receipt",
    "Confirm appointment",
    "Returned to Sales",
    "Discount",
    "Blockchain demo",
    "Deliverable",
    "Genehmigung ausstehend",
    "Nicht bestätigt",
    "Eingangsbestätigung",
    "En attente d'approbation",
    "Pendiente de aprobación",
    "订单已创建",
]

NO_KIND = {
    "Out for delivery": "deliver",
    "Awaiting delivery": "deliver",
    "Invoice pending": "invoice",
    "Delivery scheduled": "deliver",
    "Request payment": "pay",
    "Request contract change": "contract",
    "Request order confirmation": "order",
    "Order not confirmed": "order",
    "Payment failed": "pay",
    "Release order": "order",
    "Cancellation request for order": "order",
}


def expected(table: str) -> list[tuple[str, str]]:
    return [tuple(line.split(" = ")) for line in table.strip().splitlines()]  # type: ignore[misc]


@pytest.mark.parametrize(("name", "known"), expected(ENGLISH + GERMAN.lstrip() + FRENCH.lstrip() + SPANISH.lstrip()))
def test_a_step_means_what_a_practitioner_says(name: str, known: str) -> None:
    found = meaning(name)
    assert f"{found.kind or '-'} / {found.stage or '-'}" == known


@pytest.mark.parametrize("name", NOTHING_KNOWN)
def test_what_is_not_known_is_not_guessed(name: str) -> None:
    assert meaning(name) == Meaning()


@pytest.mark.parametrize(("name", "stage"), NO_KIND.items())
def test_what_is_not_done_has_no_kind(name: str, stage: str) -> None:
    assert meaning(name) == Meaning(None, stage)


def test_spelling_does_not_matter() -> None:
    spellings = [
        "Auftrag bestätigt",
        "AUFTRAG BESTÄTIGT",
        "auftrag_bestaetigt",
        "AuftragBestätigt ",
        "Auftrag  besta\u0308tigt",
    ]
    assert {meaning(name) for name in spellings} == {Meaning("confirm", "order")}


def test_the_rules_use_known_words() -> None:
    data = tomllib.loads(files("ordermine").joinpath("lexicon.toml").read_text(encoding="utf-8"))
    assert {rule["kind"] for rule in data["kind"] if "kind" in rule} <= set(KINDS)
    assert {rule["stage"] for rule in data["kind"] + data["stage"] if "stage" in rule} <= set(STAGES)
    languages = {"en", "de", "fr", "es"}
    systems = {"sap", "salesforce", "dynamics", "odoo", "hubspot", "zendesk", "servicenow"}
    for rule in data["kind"] + data["stage"]:
        assert set(rule) <= {"kind", "stage"} | languages | systems
        assert len(rule.keys() - {"kind", "stage"}) > 0


def test_the_project_file_overrules_the_lexicon() -> None:
    project = parse_project('[activities]\n"*Rejected" = { kind = "note" }')
    assert meanings(["Order Rejected", "Order rejected", "Foo"], project) == {
        "Order Rejected": Assumed("note", None, "project"),
        "Order rejected": Assumed("reject", "order", "lexicon"),
        "Foo": Assumed(None, None, None),
    }
    assert meanings(["Order Rejected"])["Order Rejected"].source == "lexicon"


def test_a_long_name_takes_no_long_time() -> None:
    began = time.process_time()
    meaning("block order of the customer " * 200)
    assert time.process_time() - began < 2


def activities(log: str) -> Counter[str]:
    if not DATA.exists():
        pytest.skip("the real logs are not beside the checkout")
    path = DATA / log
    if log.endswith(".csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig") as file:
            return Counter(row["Activity"] for row in csv.DictReader(file))
    if log.endswith(".csv"):
        with path.open(encoding="utf-8-sig") as file:
            return Counter(row["activity"] for row in csv.DictReader(file))
    raw = gzip.decompress(path.read_bytes()).decode()
    if log.endswith(".json.gz"):
        return Counter(event["type"] for event in json.loads(raw)["events"])
    events = re.findall(r"<event>.*?</event>", raw, re.DOTALL)
    return Counter(re.search(r'key="concept:name" value="([^"]*)"', event)[1] for event in events)  # type: ignore[index]


REAL = {
    "o2c_sap/o2c_ibm_sap_dev12pct.csv.gz": """
Delivery = deliver / deliver
Good Issue = deliver / deliver
Line Creation = create / order
LgstCheckOnConfDat Removed = unblock / order
Header Block Removed = unblock / order
Sched.Line Changed Delivery Date = change / order
Document released for credit = unblock / credit
Schedule Line Rejected = reject / order
Address missing Block Removed = unblock / -
Address missing Block Set = block / -
LgstCheckOnConfDat Set = block / order
Sched.Line Block Removed = unblock / order
Document blocked for credit = block / credit
CTR Block Removed = unblock / -
Header Block Set = block / order
Sched.Line Block Set = block / order
""",
    "sap_tables/ground_truth_log.csv": """
Record Invoice Receipt = invoice / invoice
Record Goods Receipt = deliver / deliver
Record Service Entry Sheet = deliver / deliver
Vendor creates invoice = invoice / invoice
Clear Invoice = pay / pay
SRM: In Transfer to Execution Syst. = - / -
SRM: Created = create / -
SRM: Complete = - / -
SRM: Awaiting Approval = - / -
SRM: Document Completed = - / -
SRM: Ordered = - / -
SRM: Change was Transmitted = - / -
Create Purchase Order Item = create / order
SRM: Deleted = cancel / -
Change Price = change / -
Cancel Invoice Receipt = cancel / invoice
Vendor creates debit memo = - / invoice
Remove Payment Block = unblock / pay
SRM: Transfer Failed (E.Sys.) = - / -
Cancel Goods Receipt = cancel / deliver
Change Delivery Indicator = change / -
Change Final Invoice Indicator = change / -
Delete Purchase Order Item = cancel / order
SRM: Transaction Completed = - / -
SRM: Incomplete = - / -
SRM: Held = - / -
Change Quantity = change / -
""",
    "xes/bpic2020_request_for_payment.xes.gz": """
Request For Payment SUBMITTED by EMPLOYEE = submit / pay
Request For Payment FINAL_APPROVED by SUPERVISOR = approve / pay
Request Payment = - / pay
Payment Handled = pay / pay
Request For Payment APPROVED by ADMINISTRATION = approve / pay
Request For Payment APPROVED by BUDGET OWNER = approve / pay
Request For Payment REJECTED by EMPLOYEE = reject / pay
Request For Payment REJECTED by ADMINISTRATION = reject / pay
Request For Payment APPROVED by PRE_APPROVER = approve / pay
Request For Payment REJECTED by SUPERVISOR = reject / pay
Request For Payment SAVED by EMPLOYEE = - / pay
Request For Payment REJECTED by MISSING = reject / pay
Request For Payment REJECTED by PRE_APPROVER = reject / pay
Request For Payment REJECTED by BUDGET OWNER = reject / pay
Request For Payment APPROVED by SUPERVISOR = approve / pay
Request For Payment FINAL_APPROVED by DIRECTOR = approve / pay
""",
    "ocel/order-management.json.gz": """
pick item = other / fulfil
pay order = pay / pay
place order = create / order
confirm order = confirm / order
item out of stock = other / fulfil
reorder item = other / fulfil
package delivered = deliver / deliver
create package = create / fulfil
send package = deliver / deliver
payment reminder = note / pay
failed delivery = other / deliver
""",
}


@pytest.mark.real
@pytest.mark.parametrize("log", REAL)
def test_the_steps_of_real_logs(log: str) -> None:
    table = dict(expected(REAL[log]))
    found = {
        name.strip(): f"{known.kind or '-'} / {known.stage or '-'}" for name, known in meanings(activities(log)).items()
    }
    assert found == table


@pytest.mark.real
@pytest.mark.parametrize(
    ("log", "with_kind"),
    [
        ("o2c_sap/o2c_ibm_sap_dev12pct.csv.gz", 1.0),
        ("sap_tables/ground_truth_log.csv", 0.67),
        ("xes/bpic2020_request_for_payment.xes.gz", 0.82),
        ("ocel/order-management.json.gz", 1.0),
    ],
)
def test_most_events_of_real_logs_have_a_kind(log: str, with_kind: float) -> None:
    events = activities(log)
    known = sum(count for name, count in events.items() if meaning(name).kind)
    assert known / events.total() >= with_kind
