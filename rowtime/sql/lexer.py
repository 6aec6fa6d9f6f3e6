"""Text to tokens. Comments and white space go; nothing is guessed: an unknown character is a token of its own."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from rowtime.errors import ParseError
from rowtime.sql.ast import Position


class Kind(Enum):
    WORD = "word"
    QUOTED = "quoted identifier"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    DIGIT_WORD = "identifier that starts with a digit"
    VARIABLE = "variable"
    SYMBOL = "symbol"
    END = "end"


class Token(NamedTuple):
    """`text` as written; `value` upper-cased for words, without quotes for strings and quoted identifiers."""

    kind: Kind
    text: str
    value: str
    pos: Position
    start: int
    end: int


_SKIP = re.compile(r"(?:[ \t\r\n]+|--[^\r\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBERS = (
    (Kind.FLOAT, re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+")),
    (Kind.DECIMAL, re.compile(r"[0-9]+\.[0-9]*|\.[0-9]+")),
    (Kind.INTEGER, re.compile(r"[0-9]+")),
    (Kind.DIGIT_WORD, re.compile(r"[0-9][A-Za-z0-9_@]+")),
)
_OTHERS = (
    (Kind.WORD, re.compile(r"[A-Za-z_][A-Za-z0-9_@]*")),
    (Kind.STRING, re.compile(r"'(?:[^']|'')*'")),
    (Kind.QUOTED, re.compile(r"`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\"")),
    (Kind.VARIABLE, re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_@]*\}")),
    (Kind.SYMBOL, re.compile(r"<>|!=|<=|>=|=>|:=|->|\|\||.", re.DOTALL)),
)


def _value(kind: Kind, text: str) -> str:
    if kind in (Kind.WORD, Kind.DIGIT_WORD):
        return text.upper()
    if kind in (Kind.STRING, Kind.QUOTED):
        return text[1:-1].replace(text[0] * 2, text[0])
    if kind is Kind.VARIABLE:
        return text[2:-1]
    return text


def _match(text: str, at: int) -> tuple[Kind, int]:
    longest = (Kind.END, at)
    for kind, pattern in _NUMBERS:
        found = pattern.match(text, at)
        if found and found.end() > longest[1]:
            longest = (kind, found.end())
    if longest[1] > at:
        return longest
    for kind, pattern in _OTHERS:
        found = pattern.match(text, at)
        if found:
            return kind, found.end()
    raise AssertionError("the last pattern matches any character")


def _advance(pos: Position, passed: str) -> Position:
    lines = passed.count("\n")
    if not lines:
        return Position(pos.line, pos.column + len(passed))
    return Position(pos.line + lines, len(passed) - passed.rfind("\n") - 1)


def tokenize(text: str, pos: Position | None = None) -> list[Token]:
    """All tokens of `text` and one of kind END; `pos` is where the text begins (default line 1, column 0)."""
    pos = pos or Position(1, 0)
    tokens: list[Token] = []
    at = 0
    while True:
        skipped = _SKIP.match(text, at)
        if skipped:
            pos, at = _advance(pos, skipped.group()), skipped.end()
        if at >= len(text):
            tokens.append(Token(Kind.END, "<EOF>", "<EOF>", pos, at, at))
            return tokens
        kind, end = _match(text, at)
        part = text[at:end]
        if kind is Kind.SYMBOL and part in "'`\"":
            raise ParseError(
                f"line {pos.line}:{pos.column + 1}: Syntax Error\nthe quote {part} opened here is never closed",
                text, line=pos.line, column=pos.column,
            )  # fmt: skip
        tokens.append(Token(kind, part, _value(kind, part), pos, at, end))
        pos, at = _advance(pos, part), end
