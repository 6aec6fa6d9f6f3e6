"""Python source in the making: a typed expression, and a module of functions with its constants bound by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rowtime.sql.types import SqlType


@dataclass(frozen=True, slots=True)
class Code:
    """An expression's source with its SQL type (None: the literal NULL) and whether it can be None.

    error    a condition under which the value, None then, stands for an error; '' where it does not
    columns  an array of structs that is there as lists of fields (columnar.Columns): `text` is a name that whoever uses
             it has to make a list of structs of
    """

    text: str
    type: SqlType | None
    nullable: bool = True
    error: str = ""
    columns: Any = field(default=None, compare=False)

    @property
    def is_name(self) -> bool:
        return self.text.isidentifier()


@dataclass(slots=True)
class Module:
    """Lines of source, indented as they come, and the globals they use."""

    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    counter: int = 0
    pending: list[Callable[[], None]] = field(default_factory=list)
    _constants: dict[Any, str] = field(default_factory=dict)

    def line(self, text: str) -> None:
        for part in text.split("\n"):
            self.lines.append("    " * self.depth + part)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    def temp(self, hint: str = "v") -> str:
        self.counter += 1
        return f"{hint}{self.counter}"

    def bind(self, value: Any, hint: str = "c") -> str:
        """A global name for a value; equal functions and literals share one."""
        key = (type(value), id(value) if callable(value) or isinstance(value, (list, dict)) else repr(value))
        if key not in self._constants:
            name = f"{hint}{len(self._constants)}"
            self._constants[key] = name
            self.names[name] = value
        return self._constants[key]

    def source(self) -> str:
        return "\n".join(self.lines) + "\n"

    def load(self, title: str) -> dict[str, Any]:
        """Compile the module once and give its namespace."""
        namespace = dict(self.names)
        exec(compile(self.source(), f"<{title}>", "exec"), namespace)
        return namespace
