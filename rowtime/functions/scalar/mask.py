"""MASK and its like: letters, digits and other characters replaced by a mask."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from rowtime.functions.registry import scalar_function
from rowtime.functions.text import by_code_unit

CLASSES = {"Lu": 0, "Ll": 1, "Nd": 2}
DEFAULT = ("X", "x", "n", "-")
Masks = tuple[str | None, ...]


def masked(s: str, masks: Masks) -> str:
    """Upper-case letters, lower-case letters, digits, others; a NULL mask leaves them as they are."""
    return "".join(masks[CLASSES.get(unicodedata.category(c), 3)] or c for c in s)


def checked(masks: Masks) -> Masks:
    for mask in masks:
        if mask is not None and len(mask) != 1:
            raise ValueError(f"Invalid mask character. Must be only single character, but was '{mask}'")
    return masks or DEFAULT


@scalar_function("mask", "(STRING)->STRING", "(STRING, STRING, STRING, STRING, STRING)->STRING", category="STRING",
                 handles_null=True, about="The text with every character masked.")
def mask(s: str | None, *masks: str | None) -> str | None:
    given = checked(masks)
    return None if s is None else masked(s, given)


def partly(name: str, about: str, cut: Callable[[str, int], int], left: bool) -> None:
    """Registers a mask of one side of the cut."""

    @by_code_unit
    def call(s: str | None, n: int | None, *masks: str | None) -> str | None:
        given = checked(masks)
        if n is None:
            return None
        if n < 0:
            raise ValueError(f"function {name} requires a non-negative number of characters to mask or skip")
        if s is None:
            return None
        at = cut(s, n)
        return masked(s[:at], given) + s[at:] if left else s[:at] + masked(s[at:], given)

    scalar_function(name, "(STRING, INT)->STRING", "(STRING, INT, STRING, STRING, STRING, STRING)->STRING",
                    category="STRING", handles_null=True, about=about)(call)


def from_left(s: str, n: int) -> int:
    return min(n, len(s))


def from_right(s: str, n: int) -> int:
    return max(len(s) - n, 0)


partly("mask_left", "The text with its first n characters masked.", from_left, left=True)
partly("mask_right", "The text with its last n characters masked.", from_right, left=False)
partly("mask_keep_left", "The text with all but its first n characters masked.", from_left, left=False)
partly("mask_keep_right", "The text with all but its last n characters masked.", from_right, left=True)
