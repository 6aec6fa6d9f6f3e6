"""Reading a JSON document with errors that name the place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scoring.errors import ModelError


@dataclass(frozen=True)
class Node:
    """A JSON value and the path that leads to it."""

    value: Any
    path: str

    def fail(self, message: str) -> ModelError:
        return ModelError(f"{self.path}: {message}" if self.path else message)

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def child(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.fail(f"expected an object, found {self._shown()}")
        if key not in self.value:
            raise self.fail(f"'{key}' is missing")
        return Node(self.value[key], f"{self.path}.{key}" if self.path else key)

    def items(self) -> Iterator[Node]:
        if not isinstance(self.value, list):
            raise self.fail(f"expected a list, found {self._shown()}")
        return (Node(item, f"{self.path}[{i}]") for i, item in enumerate(self.value))

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            raise self.fail(f"expected a text, found {self._shown()}")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not math.isfinite(self.value):
            raise self.fail(f"expected a finite number, found {self._shown()}")
        return float(self.value)

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.fail(f"expected a whole number, found {self._shown()}")
        return self.value

    def object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.fail(f"expected an object, found {self._shown()}")
        return self.value

    def one_of(self, allowed: tuple[str, ...]) -> str:
        text = self.text()
        if text not in allowed:
            raise self.fail(f"'{text}' is not one of {', '.join(allowed)}")
        return text

    def _shown(self) -> str:
        shown = repr(self.value)
        return shown if len(shown) <= 40 else shown[:37] + "..."
