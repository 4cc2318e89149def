"""Odoo's own database, as four generations of it are laid out, with the events worked out by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ordermine.ingest.databases.choose import Wanted
from ordermine.ingest.open import open_exports, open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project
from tests.ingest.presets.test_presets import exported

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ingest.databases.conftest import Database

GENERATIONS = (13, 16, 18, 19)

# What the tables have in common; times are UTC and have no zone. Columns that no preset knows are there as well.
TABLES = """
CREATE TABLE res_partner (id int PRIMARY KEY, name text, email text);
CREATE TABLE res_company (id int PRIMARY KEY, name text, partner_id int);
CREATE TABLE crm_team (id int PRIMARY KEY, name text);
CREATE TABLE res_users (id int PRIMARY KEY, active bool, login text, password text, partner_id int, company_id int);
CREATE TABLE resource_resource (id int PRIMARY KEY, user_id int, name text);
CREATE TABLE hr_employee (
  id int PRIMARY KEY, resource_id int, active bool, user_id int, department_id int, job_id int, name text
);
CREATE TABLE sale_order (
  id int PRIMARY KEY, name text, state text, date_order timestamp, create_date timestamp, write_date timestamp,
  create_uid int, user_id int, team_id int, partner_id int, partner_shipping_id int, amount_untaxed numeric,
  amount_total numeric
);
CREATE TABLE mail_message (
  id int PRIMARY KEY, model text, res_id int, date timestamp, author_id int, message_type text, subtype_id int,
  body text
);
CREATE TABLE ir_model_fields (id int PRIMARY KEY, model text, name text, ttype text, field_description text);

INSERT INTO res_users VALUES
  (1, false, '__system__', 'x', 2, 1), (2, true, 'ann', 'x', 3, 1), (5, true, 'bob', 'x', 4, 1),
  (6, true, 'cleo', 'x', 5, 1), (7, false, 'dan', 'x', 6, 1), (8, true, 'eve', 'x', 7, 1);
-- Ann has moved from Finance: her earlier employee is archived. Bob has none. Cleo has two. Dan has left.
INSERT INTO hr_employee VALUES
  (1, 1, false, 2, 20, NULL, 'Ann'), (2, 2, true, 2, 10, NULL, 'Ann'), (3, 3, true, 6, 10, NULL, 'Cleo'),
  (4, 4, true, 6, 20, NULL, 'Cleo'), (5, 5, false, 7, 20, NULL, 'Dan'), (6, 6, true, 8, NULL, NULL, 'Eve'),
  (7, 7, true, NULL, 30, NULL, 'A worker without a user');
INSERT INTO ir_model_fields VALUES
  (100, 'sale.order', 'state', 'selection', 'Status'), (101, 'sale.order', 'amount_total', 'monetary', 'Total'),
  (102, 'res.partner', 'name', 'char', 'Name'), (103, 'sale.order', 'user_id', 'many2one', 'Salesperson'),
  (104, 'sale.order', 'locked', 'boolean', 'Locked'),
  (105, 'sale.order', 'commitment_date', 'datetime', 'Delivery Date'),
  (106, 'sale.order', 'note', 'html', 'Terms');
INSERT INTO sale_order VALUES
  (42, 'S00042', 'sale', '2026-01-05 08:00', '2026-01-04 08:00', NULL, 2, 2, 1, 9, 9, 100, 120.0),
  (43, 'S00043', 'cancel', '2026-01-07 08:00', '2026-01-06 08:00:00.25', NULL, 7, 2, 1, 9, 9, 50, 50);
INSERT INTO mail_message VALUES
  (1, 'sale.order', 42, '2026-01-05 08:00', 3, 'notification', 2, ''),
  (2, 'res.partner', 9, '2026-01-05 08:00', 3, 'notification', 2, ''),
  (3, 'sale.order', 42, '2026-01-06 08:00', 4, 'comment', 1, 'call me on +49 151 555'),
  (4, 'sale.order', 43, '2026-01-07 09:00', 5, 'notification', 2, ''),
  (5, 'sale.order', 43, '2026-01-08 09:00', 4, 'notification', 2, ''),
  (6, 'sale.order', 43, '2026-01-09 09:00', 6, 'notification', 2, ''),
  (7, 'sale.order', 43, '2026-01-10 09:00', NULL, 'notification', 2, '');
"""

CHANGES = """
INSERT INTO mail_tracking_value (id, mail_message_id, {field}, old_value_char, new_value_char) VALUES
  (1, 1, {state}, 'Quotation', 'Sales Order'), (3, 2, {partner_name}, 'Old', 'New'),
  (8, 7, {state}, 'Quotation', 'Cancelled');
INSERT INTO mail_tracking_value (id, mail_message_id, {field}, {old_money}, {new_money})
  VALUES (2, 1, {total}, 100, 120);
INSERT INTO mail_tracking_value
  (id, mail_message_id, {field}, old_value_integer, new_value_integer, old_value_char, new_value_char)
  VALUES (4, 4, {user}, 2, 0, 'Ann', ''), (5, 5, {user}, 0, 5, '', 'Bob');
INSERT INTO mail_tracking_value (id, mail_message_id, {field}, old_value_integer, new_value_integer)
  VALUES (6, 5, {locked}, 0, 1);
INSERT INTO mail_tracking_value (id, mail_message_id, {field}, old_value_datetime, new_value_datetime)
  VALUES (7, 6, {delivery}, NULL, '2026-01-20 00:00');
"""
FIELDS = {"state": 100, "total": 101, "partner_name": 102, "user": 103, "locked": 104, "delivery": 105}
NAMES = ("state", "amount_total", "name", "user_id", "locked", "commitment_date")
VALUES = ", ".join(
    f"{{0}}_value_{kind} {kept}"
    for kind, kept in {
        "integer": "int",
        "float": "float8",
        "char": "text",
        "text": "text",
        "datetime": "timestamp",
    }.items()
)

# Ann came to Sales in the night before she confirmed the first order.
VERSIONS = """
CREATE TABLE hr_version (id int PRIMARY KEY, employee_id int, date_version date, department_id int, wage numeric);
INSERT INTO hr_version VALUES
  (1, 1, '2020-01-01', 20, 1), (2, 2, '2025-01-01', 20, 1), (3, 2, '2026-01-05', 10, 1), (4, 3, '2025-01-01', 10, 1),
  (5, 4, '2025-01-01', 20, 1), (6, 5, '2025-01-01', 20, 1), (7, 6, '2025-01-01', NULL, 1);
ALTER TABLE hr_employee DROP COLUMN department_id;
"""

EXPECTED = """
42 | Create quotation | 2026-01-04 08:00:00 | Sales | 3 | – | – | –
42 | State: Sales Order | 2026-01-05 08:00:00 | Sales | 3 | state | Quotation | Sales Order
42 | Change amount_total | 2026-01-05 08:00:00 | Sales | 3 | amount_total | 100 | 120
43 | Create quotation | 2026-01-06 08:00:00 | Finance | 6 | – | – | –
43 | Clear user_id | 2026-01-07 09:00:00 | – | 5 | user_id | Ann | –
43 | Set user_id | 2026-01-08 09:00:00 | – | 4 | user_id | – | Bob
43 | Change locked | 2026-01-08 09:00:00 | – | 4 | locked | 0 | 1
43 | Set commitment_date | 2026-01-09 09:00:00 | Finance | 6 | commitment_date | – | 2026-01-20T00:00:00Z
43 | State: Cancelled | 2026-01-10 09:00:00 | – | – | state | Quotation | Cancelled
"""
REMOVED = "43 | Change x_priority | 2026-01-10 09:00:00 | – | – | x_priority | low | high"


def layout(generation: int) -> str:
    """Return the statements that make a database of a version."""
    values = ", ".join(VALUES.format(which) for which in ("old", "new"))
    money, described = "float", "field_id int, field_info jsonb"
    name, departments = "jsonb", ('\'{"de_DE": "Vertrieb", "en_US": "Sales"}\'', '\'{"fr_FR": "Finance"}\'')
    if generation < 18:
        money, described = "monetary", "field int, field_desc text, field_type text, tracking_sequence int"
        values += ", old_value_monetary float8, new_value_monetary float8"
        name, departments = "text", ("'Sales'", "'Finance'")
    named: dict[str, object] = dict(FIELDS)
    if generation == 13:
        described = described.replace("field int", "field text")
        named = dict(zip(FIELDS, (f"'{name}'" for name in NAMES), strict=True))
    changes = CHANGES.format(
        field="field_id" if generation >= 18 else "field",
        old_money=f"old_value_{money}",
        new_money=f"new_value_{money}",
        **named,
    )
    made = f"""
    CREATE TABLE hr_department (id int PRIMARY KEY, name {name}, complete_name text, parent_id int, manager_id int);
    INSERT INTO hr_department (id, name) VALUES (10, {departments[0]}), (20, {departments[1]});
    CREATE TABLE mail_tracking_value (id int PRIMARY KEY, mail_message_id int, {described}, currency_id int, {values});
    """
    if generation >= 19:
        changes += VERSIONS
    if generation >= 18:
        changes += """
        INSERT INTO mail_tracking_value (id, mail_message_id, field_info, old_value_char, new_value_char) VALUES
          (9, 7, '{"desc": "Priority", "name": "x_priority", "type": "selection"}', 'low', 'high');
        """
    return TABLES + made + changes


def lines(log: Path, *columns: str) -> list[str]:
    import pyarrow.parquet as pq

    (generation,) = (entry for entry in log.iterdir() if entry.is_dir())
    rows = sorted(pq.read_table(generation / "events").to_pylist(), key=lambda row: (row["case_id"], row["seq"]))
    shown = ("department", *columns, "field", "old_value", "new_value")
    return [
        " | ".join(
            [
                row["case_id"],
                row["activity"],
                f"{row['timestamp']:%Y-%m-%d %H:%M:%S}",
                *(row[name] or "–" for name in shown),
            ]
        )
        for row in rows
    ]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_database_gives_the_events_worked_out_by_hand(
    database: Database, ordermine: Callable, tmp_path: Path, generation: int
) -> None:
    database.run(layout(generation))
    # Odoo keeps UTC: the zone of other files of the project says nothing of it.
    said = ordermine("ingest", database.address, "-o", "log", "--timezone", "Europe/Berlin")
    assert said.code == 0, said.err
    assert "were taken as" not in said.err
    expected = [*EXPECTED.strip().split("\n"), *([REMOVED] if generation >= 18 else [])]
    if generation >= 19:
        expected[0] = expected[0].replace("Sales", "Finance")
    assert lines(tmp_path / "log", "resource") == expected


@pytest.mark.parametrize("generation", GENERATIONS)
def test_only_what_is_about_sales_orders_is_read(
    database: Database, ordermine: Callable, tmp_path: Path, generation: int
) -> None:
    import pyarrow.parquet as pq

    database.run(layout(generation))
    assert ordermine("ingest", database.address, "-o", "log").code == 0
    manifest = json.loads((tmp_path / "log" / "manifest.json").read_text())
    rows = {source["name"]: int(source["described"]["rows"]) for source in manifest["sources"]}
    assert rows.pop("postgresql:hr_version", 0) == (7 if generation >= 19 else 0)
    assert rows == {
        "postgresql:hr_department": 2,
        "postgresql:hr_employee": 7,
        "postgresql:ir_model_fields": 6,
        "postgresql:mail_message": 6,
        "postgresql:mail_tracking_value": 8 if generation >= 18 else 7,
        "postgresql:res_users": 6,
        "postgresql:sale_order": 2,
    }
    ledger = manifest["ledger"]
    assert (
        ledger["rows_in"]
        == sum(rows.values()) + (7 if generation >= 19 else 0)
        == ledger["events"] + ledger["rejected"]
    )
    left_out = str(pq.read_table(tmp_path / "log" / "000001" / "left_out.parquet").to_pylist())
    assert "message without a tracked change" in left_out
    assert "call me" not in left_out


def test_the_tables_as_files_give_the_same(database: Database, tmp_path: Path) -> None:
    database.run(layout(18) + "DELETE FROM sale_order WHERE id = 43; DELETE FROM mail_message WHERE res_id = 43;")
    (tmp_path / "made").mkdir()
    sources = open_exports([database.address], tmp_path / "made", wanted=Wanted(preset="odoo"))
    ingest(sources, tmp_path / "from_database", Project(), Options())
    ingest(open_sources(exported("odoo")), tmp_path / "from_files", Project(), Options())
    expected = [line.replace("100.0 | 120.0", "100 | 120") for line in lines(tmp_path / "from_files", "resource")]
    assert lines(tmp_path / "from_database", "resource") == expected


def test_all_tables_are_of_one_moment(database: Database, tmp_path: Path) -> None:
    database.run(layout(18))
    interfered = []

    def interfere(what: str) -> None:
        if not interfered:
            database.run(
                "DELETE FROM sale_order; DELETE FROM res_users; UPDATE ir_model_fields SET name = 'changed';"
                "DELETE FROM mail_tracking_value; UPDATE mail_message SET res_id = 43;"
            )
        interfered.append(what)

    (tmp_path / "made").mkdir()
    sources = open_exports([database.address], tmp_path / "made", progress=interfere)
    assert interfered[0].startswith("reading postgresql:mail_message")
    ingest(sources, tmp_path / "log", Project(), Options())
    assert lines(tmp_path / "log", "resource") == [*EXPECTED.strip().split("\n"), REMOVED]
    assert database.run("SELECT count(*) FROM sale_order") == "0"


def test_inspect_recognises_it(database: Database, ordermine: Callable) -> None:
    database.run(layout(16))
    said = ordermine("inspect", database.address, "--format", "json")
    assert said.code == 0, said.err
    (result,) = json.loads(said.out)["result"]["systems"]
    assert result["preset"] == "odoo"
    assert {file["name"]: file["table"] for file in result["files"]}["postgresql:hr_employee"] == "hr_employee"
    assert {step["activity"]: step["events"] for step in result["steps"]}["Create quotation"] == 2


def test_what_may_not_be_read_is_done_without(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    role = f"analyst_{database.number}"
    database.run(
        layout(18) + f"CREATE ROLE {role}; GRANT {role} TO owner;"
        f"GRANT SELECT ON mail_message, mail_tracking_value, sale_order TO {role};"
        f"GRANT SELECT (id, login, partner_id) ON res_users TO {role};"
    )
    address = f"{database.address}&options=-c%20role%3D{role}"
    said = ordermine("ingest", address, "-o", "log", "--preset", "odoo")
    assert said.code == 0, said.err
    found = lines(tmp_path / "log")
    assert found[0] == "42 | Create quotation | 2026-01-04 08:00:00 | – | – | – | –"
    assert found[2] == "42 | Change field 101 | 2026-01-05 08:00:00 | – | field 101 | 100 | 120"


def test_a_preset_whose_tables_are_not_there(database: Database, ordermine: Callable) -> None:
    database.run("CREATE TABLE mail_message (id int, model text, res_id int, date timestamp, author_id int)")
    said = ordermine("ingest", database.address, "-o", "log", "--preset", "odoo")
    assert said.code == 2
    assert "not the tables of preset odoo" in said.err
    assert "mail_tracking_value with id, mail_message_id" in said.err
