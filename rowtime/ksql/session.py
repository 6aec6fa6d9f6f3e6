"""What a request carries from statement to statement: properties (SET), variables (DEFINE)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowtime.ksql.service import Service


@dataclass(slots=True)
class Session:
    service: Service
    properties: dict[str, object] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)

    def copy(self) -> Session:
        return Session(self.service, dict(self.properties), dict(self.variables), set(self.created))
