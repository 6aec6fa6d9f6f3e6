"""Values that have to be of one type: the elements of an array, keys and values of a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowtime.engine import cast
from rowtime.engine.code import Code
from rowtime.engine.typing import common_type
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import STRING, SqlType

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions

_LITERALS = (ast.StringLiteral, ast.IntegerLiteral, ast.LongLiteral, ast.DecimalLiteral, ast.DoubleLiteral,
             ast.BooleanLiteral)


def unify(c: Expressions, nodes: Sequence[ast.Expression], codes: Sequence[Code]) -> tuple[SqlType | None, list[Code]]:
    """The common type and the values as that type. A text literal is read as the others' type; beside a text that is no
    literal, other literals become text. KsqlError where nothing fits."""
    texts = [isinstance(n, ast.StringLiteral) for n in nodes]
    if any(code.type == STRING and not text for code, text in zip(codes, texts, strict=True)):
        return STRING, [_as_text(c, n, code) for n, code in zip(nodes, codes, strict=True)]
    target = common_type([code.type for code, text in zip(codes, texts, strict=True) if not text])
    if target is None:
        target = STRING if any(texts) else None
    return target, [_as_target(c, n, code, target) for n, code in zip(nodes, codes, strict=True)]


def _as_text(c: Expressions, node: ast.Expression, code: Code) -> Code:
    if code.type in (STRING, None):
        return code
    if not isinstance(node, _LITERALS):
        common_type([STRING, code.type])
    return cast.cast(code, STRING, c.module)


def _as_target(c: Expressions, node: ast.Expression, code: Code, target: SqlType | None) -> Code:
    if target is None or not isinstance(node, ast.StringLiteral) or target == STRING:
        return c.coerce(code, target)
    convert = cast.function(STRING, target)
    try:
        value = convert(node.value) if convert else None
    except (ValueError, ArithmeticError):
        value = None
    if value is None:
        raise KsqlError(f'invalid input syntax for type {target}: "{node.value}".')
    return c.constant(value, target)
