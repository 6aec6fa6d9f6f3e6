"""Errors within an expression: what can raise, what raises, and what catches."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from rowtime.sql import ast
from rowtime.sql.ast.node import Node

_CALL = re.compile(r"[A-Za-z0-9_]\(")
_KEYWORD = re.compile(r"\b(?:if|else|and|or|not|in|is|for|lambda|None|len|set|abs|str|float|safe_\w+|lower|upper)\(")
_NULL = re.compile(r"\bfail\d+\(\)")


class NullError(TypeError):
    """NULL where a value is needed."""


@dataclass(frozen=True, slots=True)
class Forgiven(Node):
    """An expression whose error is NULL where it stands. No statement says so: it comes of rewriting."""

    operand: ast.Expression


class Forgiving:
    """A function whose error is None."""

    def __init__(self, function: Callable[..., Any]):
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.function(*arguments)
        except Exception:
            return None


def fail() -> NoReturn:
    raise NullError("NULL in arithmetic")


def attempt(value: Callable[[], Any]) -> Any:
    """What it gives, None for an error."""
    try:
        return value()
    except Exception:
        return None


def cannot_fail(text: str) -> bool:
    """Whether generated source calls nothing: operators on values that were looked at for NULL raise nothing."""
    return _CALL.search(_KEYWORD.sub(" (", text)) is None


def fails_on_null_only(text: str) -> bool:
    """Whether nothing but NULL in arithmetic makes it fail."""
    return cannot_fail(_NULL.sub("None", text))
