"""What every statistic asks of its arguments, said once."""

from __future__ import annotations

from ordermine.errors import OrdermineError


def check_count(hits: int, of: int, where: str) -> None:
    """Raise OrdermineError unless 0 ≤ `hits` ≤ `of`; `where` names the computation in the message."""
    if not 0 <= hits <= of:
        raise OrdermineError(
            f"{where}: {hits} of {of} is not a share",
            hint="the numerator must count a part of the denominator; check the query that counted them",
        )


def check_fraction(value: float, name: str) -> None:
    """Raise OrdermineError unless `value` lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise OrdermineError(f"{name} is {value}", hint=f"give {name} as a fraction between 0 and 1, such as 0.95")


def check_same_length(where: str, **columns: int) -> None:
    """Raise OrdermineError unless all `columns` (name → length) are equally long."""
    if len(set(columns.values())) > 1:
        lengths = ", ".join(f"{name} {length}" for name, length in columns.items())
        raise OrdermineError(f"{where}: columns differ in length: {lengths}", hint="give one value per unit in each")
