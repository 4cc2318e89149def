"""Fields of an export: what they are called, which of them carry the same value, which is copied from which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.eventlog.value_history import Field
    from ordermine.project import Project

UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class FieldSet:
    """The fields of a log, by number."""

    fields: Sequence[Field]
    family: np.ndarray
    """Number of the group of fields that carry the same value: same bare name, or joined by lineage."""
    ancestors: np.ndarray
    """[copy, source]: whether `source` is, directly or not, what `copy` is declared to be copied from."""
    protected: np.ndarray
    """Whether a change counts as an error."""

    def error_type(self, number: int, project: Project) -> str:
        """Return how the project file classes errors of a field."""
        found = (kind for name, kind in project.errors.types.items() if self.fields[number].is_called(name))
        return next(found, UNCLASSIFIED)

    def called(self, declared: str) -> np.ndarray:
        """Return which fields a name in the project file means; an exact name means only itself."""
        import numpy as np

        exact = np.array([declared in (field.name, field.qualified) for field in self.fields], dtype=bool)
        return exact if exact.any() else np.array([field.is_called(declared) for field in self.fields], dtype=bool)


def arrange_fields(fields: Sequence[Field], project: Project) -> FieldSet:
    """Return what the project file says about fields, transitively."""
    import numpy as np

    size = len(fields)
    ancestors = np.zeros((size, size), dtype=bool)
    for copy, source in project.lineage.items():
        copies, sources = _called(fields, copy), _called(fields, source)
        ancestors[np.ix_(copies, sources)] = True
    np.fill_diagonal(ancestors, False)
    for middle in range(size):
        ancestors |= ancestors[:, [middle]] & ancestors[[middle], :]
    bare = {name: number for number, name in enumerate(dict.fromkeys(field.bare for field in fields))}
    family = np.array([bare[field.bare] for field in fields], dtype=np.int64)
    for copy, source in zip(*np.nonzero(ancestors), strict=True):
        family[family == family[copy]] = family[source]
    chosen = project.errors.protected
    protected = np.array(
        [chosen is None or any(field.is_called(name) for name in chosen) for field in fields], dtype=bool
    )
    return FieldSet(fields, family, ancestors, protected)


def _called(fields: Sequence[Field], declared: str) -> list[int]:
    return [number for number, field in enumerate(fields) if field.is_called(declared)]
