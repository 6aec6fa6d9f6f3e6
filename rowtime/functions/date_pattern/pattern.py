"""A pattern as a list of elements."""

from __future__ import annotations

import functools
from dataclasses import dataclass

LETTERS = "GuyDMLdQqYwWEecFaBhKkHmsSAnNVvzOXxZ"
WIDEST = {"d": 2, "h": 2, "H": 2, "k": 2, "K": 2, "m": 2, "s": 2, "a": 1, "D": 3, "S": 9, "F": 1, "w": 2, "W": 1,
          "X": 5, "x": 5, "Z": 5, "z": 4, "M": 5, "L": 5, "E": 5, "e": 5, "c": 5, "Q": 5, "q": 5, "G": 5, "V": 2}


@dataclass(frozen=True, slots=True)
class Element:
    """A letter repeated `count` times, padded to `pad` with spaces."""

    letter: str
    count: int
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


@dataclass(frozen=True, slots=True)
class Optional:
    parts: tuple[Part, ...]


Part = Element | Literal | Optional


@functools.lru_cache(maxsize=1000)
def parts_of(pattern: str) -> tuple[Part, ...]:
    """The pattern's parts, or ValueError."""
    stack: list[list[Part]] = [[]]
    at, pad = 0, 0
    while at < len(pattern):
        c = pattern[at]
        if c.isascii() and c.isalpha():
            count = len(pattern) - at - len(pattern[at:].lstrip(c))
            at += count
            if c == "p":
                pad = count
                continue
            stack[-1].append(element(pattern, c, count, pad))
            pad = 0
            continue
        if c == "'":
            text, at = quoted(pattern, at)
            stack[-1].append(Literal(text))
            continue
        at += 1
        if c == "[":
            stack.append([])
        elif c == "]":
            if len(stack) == 1:
                raise ValueError("Pattern invalid as it contains ] without previous [")
            optional = Optional(tuple(stack.pop()))
            stack[-1].append(optional)
        elif c in "{}#":
            raise ValueError(f"Pattern includes reserved character: '{c}'")
        else:
            stack[-1].append(Literal(c))
    while len(stack) > 1:
        optional = Optional(tuple(stack.pop()))
        stack[-1].append(optional)
    return tuple(stack[0])


def element(pattern: str, letter: str, count: int, pad: int) -> Element:
    if letter not in LETTERS:
        raise ValueError(f"Unknown pattern letter: {letter}")
    if count > WIDEST.get(letter, 19) or (letter == "V" and count != 2) or (letter in "vO" and count not in (1, 4)):
        raise ValueError(f"Too many pattern letters: {letter}")
    return Element(letter, count, pad)


def quoted(pattern: str, at: int) -> tuple[str, int]:
    """A quoted literal; two quotes are one."""
    text, at = "", at + 1
    while True:
        end = pattern.find("'", at)
        if end < 0:
            raise ValueError(f"Pattern ends with an incomplete string literal: {pattern}")
        text += pattern[at:end]
        if not pattern.startswith("''", end):
            return text or "'", end + 1
        text, at = text + "'", end + 2
