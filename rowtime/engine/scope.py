"""What names mean at one point of a query's source."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowtime.engine.code import Code
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class Scope:
    """Columns by (source alias, name) as code, and values of whole expressions (after aggregation)."""

    columns: dict[tuple[str | None, str], Code] = field(default_factory=dict)
    values: dict[object, Code] = field(default_factory=dict)
    lambdas: dict[str, Code] = field(default_factory=dict)

    def with_lambdas(self, names: dict[str, Code]) -> Scope:
        return Scope(self.columns, self.values, {**self.lambdas, **names})


def typed_scope(types: dict[tuple[str | None, str], SqlType]) -> Scope:
    """A scope for asking types only."""
    return Scope({name: Code("_", t) for name, t in types.items()})
