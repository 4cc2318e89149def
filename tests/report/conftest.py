from __future__ import annotations

import pytest

from ordermine.discover.graph import Activity, Edge, Graph


@pytest.fixture
def orders() -> Graph:
    """100 orders: created, 20 of them blocked and released, 95 delivered; 5 end after the release."""
    return Graph(
        activities=(
            Activity("Create", 100, 100, "Sales"),
            Activity("Deliver", 95, 95, "Logistics"),
            Activity("Block", 20, 20, "Credit"),
            Activity("Release", 20, 20, None),
        ),
        edges=(
            Edge("Create", "Deliver", 80, 80, 7200.0, 86400.0),
            Edge("Block", "Release", 20, 20, 183600.0, 400000.0),
            Edge("Create", "Block", 20, 20, 60.0, 120.0),
            Edge("Release", "Deliver", 15, 15, 3600.0, 7200.0),
        ),
        starts=(("Create", 100),),
        ends=(("Deliver", 95), ("Release", 5)),
    )
