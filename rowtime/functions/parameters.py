"""Declared parameter types, and the short notation they are written in: `(ARRAY<T>, LAMBDA(T)->R)->ARRAY<R>`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Primitive,
    SqlType,
)

INTERVAL_UNIT = Primitive("INTERVALUNIT")
"""The type of DAYS, HOURS, … as an argument; its Python value is the unit's name."""


class ParameterType:
    """What a function declares for one argument."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Exactly(ParameterType):
    """One SQL type (DECIMAL: any precision and scale, type None)."""

    type: SqlType | None
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Generic(ParameterType):
    """A type variable."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class AnyType(ParameterType):
    """Anything at all."""

    def __str__(self) -> str:
        return "ANY"


@dataclass(frozen=True, slots=True)
class ArrayOf(ParameterType):
    item: ParameterType

    def __str__(self) -> str:
        return f"ARRAY<{self.item}>"


@dataclass(frozen=True, slots=True)
class MapOf(ParameterType):
    key: ParameterType
    value: ParameterType

    def __str__(self) -> str:
        return f"MAP<{self.key}, {self.value}>"


@dataclass(frozen=True, slots=True)
class StructOf(ParameterType):
    fields: tuple[tuple[str, ParameterType], ...]

    def __str__(self) -> str:
        return f"STRUCT<{', '.join(f'{n} {t}' for n, t in self.fields)}>"


@dataclass(frozen=True, slots=True)
class LambdaOf(ParameterType):
    inputs: tuple[ParameterType, ...]
    returns: ParameterType

    def __str__(self) -> str:
        return f"LAMBDA ({', '.join(map(str, self.inputs))}) => {self.returns}"


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameter types, which of them may repeat (or -1), and the declared result."""

    parameters: tuple[ParameterType, ...]
    returns: ParameterType
    variadic: int = -1

    def __str__(self) -> str:
        return ", ".join(f"{p}..." if i == self.variadic else str(p) for i, p in enumerate(self.parameters))


NAMED: dict[str, ParameterType] = {
    "BOOLEAN": Exactly(BOOLEAN, "BOOLEAN"), "INT": Exactly(INTEGER, "INT"), "BIGINT": Exactly(BIGINT, "BIGINT"),
    "DOUBLE": Exactly(DOUBLE, "DOUBLE"), "DECIMAL": Exactly(None, "DECIMAL"), "STRING": Exactly(STRING, "VARCHAR"),
    "BYTES": Exactly(BYTES, "BYTES"), "DATE": Exactly(DATE, "DATE"), "TIME": Exactly(TIME, "TIME"),
    "TIMESTAMP": Exactly(TIMESTAMP, "TIMESTAMP"), "INTERVALUNIT": Exactly(INTERVAL_UNIT, "INTERVAL UNIT"),
    "OBJECT": AnyType(),
}
TOKEN = re.compile(r"->|\.\.\.|\w+|[<>(),]")


class Notation:
    """Reads the notation, token by token."""

    def __init__(self, text: str):
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if expected and token != expected:
            raise ValueError(f"{' '.join(self.tokens)}: expected {expected} at {self.at}, found {token}")
        self.at += 1
        return token

    def type(self) -> ParameterType:
        word = self.take()
        if word == "ARRAY":
            return ArrayOf(self.bracketed()[0])
        if word == "MAP":
            key, value = self.bracketed()
            return MapOf(key, value)
        if word == "STRUCT":
            return self.struct()
        if word == "LAMBDA":
            return self.function()
        return NAMED.get(word) or Generic(word)

    def bracketed(self) -> list[ParameterType]:
        self.take("<")
        types = [self.type()]
        while self.peek() == ",":
            self.take()
            types.append(self.type())
        self.take(">")
        return types

    def struct(self) -> StructOf:
        self.take("<")
        fields = []
        while self.peek() != ">":
            fields.append((self.take(), self.type()))
            if self.peek() == ",":
                self.take()
        self.take(">")
        return StructOf(tuple(fields))

    def function(self) -> LambdaOf:
        inputs, _ = self.arguments()
        self.take("->")
        return LambdaOf(tuple(inputs), self.type())

    def arguments(self) -> tuple[list[ParameterType], int]:
        self.take("(")
        types: list[ParameterType] = []
        variadic = -1
        while self.peek() != ")":
            types.append(self.type())
            if self.peek() == "...":
                self.take()
                variadic = len(types) - 1
            if self.peek() == ",":
                self.take()
        self.take(")")
        return types, variadic


def signature(text: str) -> Signature:
    """`(INT, STRING...)->STRING` as a Signature."""
    notation = Notation(text)
    parameters, variadic = notation.arguments()
    notation.take("->")
    return Signature(tuple(parameters), notation.type(), variadic)
