"""How ksqlDB declares its functions: authors, overloads in its order, parameters by their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    variadic: bool

    def __str__(self) -> str:
        return f"{self.type}{'...' if self.variadic else ''} {self.name}"


@dataclass(frozen=True, slots=True)
class Overload:
    parameters: tuple[Parameter, ...]
    returns: str

    def __str__(self) -> str:
        return ", ".join(map(str, self.parameters))


@dataclass(frozen=True, slots=True)
class Declaration:
    author: str
    overloads: list[Overload] = field(default_factory=list)


def declared(name: str) -> Declaration:
    """Of a built-in function; the name in any case."""
    return _all()[name.upper()]


@cache
def _all() -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    last = Declaration("")
    for line in files("rowtime.functions").joinpath("declarations.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            last.overloads.append(_overload(line))
        elif not line.startswith("#"):
            name, _, author = line.partition(" by ")
            last = found[name] = Declaration(author)
    return found


def _overload(line: str) -> Overload:
    parameters, _, returns = line.rpartition("-> ")
    return Overload(tuple(_parameter(p) for p in parameters.strip().split("; ") if p), returns)


def _parameter(text: str) -> Parameter:
    name, _, kind = text.rpartition(": ")
    return Parameter(name, kind.removesuffix("..."), kind.endswith("..."))
