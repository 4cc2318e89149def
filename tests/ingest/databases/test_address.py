"""Where a database is: what an address may hold, and what is made of it."""

from __future__ import annotations

import pytest

from ordermine.errors import UsageError
from ordermine.ingest.databases.address import connection_url, is_address


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@erp/sales",
        "postgres://ann:s3cret@erp",
        "postgresql://ann:s3/cret@erp/sales",
        "postgresql://ann:s3?cret@erp/sales",
        "postgresql://ann:s3@cret@erp/sales",
        "postgresql://:s3cret@/sales",
        "postgresql://erp/sales?password=s3cret",
        "postgresql://erp/sales?user=ann&password=s3cret",
        "postgresql://erp/sales?sslpassword=s3cret",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError, match="password in the URL") as caught:
        connection_url(address)
    assert "PGPASSWORD" in caught.value.hint
    assert "cret" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("address", ["postgresql:/erp", "postgresql://ann:s3cret", "postgresql://erp:54x/sales"])
def test_what_is_no_address_is_not_repeated_either(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        connection_url(address)
    assert "erp" not in str(caught.value)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://",
        "postgresql:///sales",
        "postgresql://ann@erp:5432/sales",
        "postgresql://ann@realm@erp/sales",
        "postgresql://[::1]:5432/sales",
        "postgresql://one:5432,two:5433/sales",
        "postgresql:///sales?host=/run/postgresql",
        "postgresql:///?service=erp",
    ],
)
def test_the_client_waits_ten_seconds_and_reads_unicode(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGCONNECT_TIMEOUT", raising=False)
    url = connection_url(address)
    assert url.startswith(address)
    assert url.count("?") == 1
    assert "client_encoding=UTF8" in url
    assert url.endswith("&connect_timeout=10")


def test_a_patience_that_is_set_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGCONNECT_TIMEOUT", raising=False)
    assert connection_url("postgresql://erp?connect_timeout=3").count("connect_timeout") == 1
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "3")
    assert "connect_timeout" not in connection_url("postgresql://erp")


def test_addresses_are_told_from_files() -> None:
    assert is_address("postgresql://erp")
    assert is_address("postgres://erp")
    assert not is_address("postgresql.csv")
    assert not is_address("folder/postgresql:orders")
