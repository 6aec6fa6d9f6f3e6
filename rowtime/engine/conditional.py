"""CASE as source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowtime.engine.code import Code
from rowtime.engine.comparison import known, text
from rowtime.engine.typing import common_type
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BOOLEAN, SqlType

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions


def searched_case(c: Expressions, node: ast.SearchedCase) -> Code:
    results = [c.compile(w.result, c.lenient) for w in node.whens]
    default = c.compile(node.default, c.lenient) if node.default else Code("None", None)
    target = _result_type(node, results, default)
    parts = []
    for when, result in zip(node.whens, results, strict=True):
        parts.append(f"{c.coerce(result, target).text} if {_condition(c, when)} else ")
    return Code(f"({''.join(parts)}{c.coerce(default, target).text})", target,
                default.nullable or any(r.nullable for r in results))


def _condition(c: Expressions, when: ast.When) -> str:
    code = c.compile(when.condition)
    if code.type != BOOLEAN:
        raise KsqlError("WHEN operand type should be boolean."
                        f"\nType for '{text(when.condition)}' is {code.type}")
    return f"{c.module.bind(known, 'known')}({code.text})" if code.nullable else code.text


def _result_type(node: ast.SearchedCase, results: Sequence[Code], default: Code) -> SqlType:
    try:
        target = common_type([*(r.type for r in results), default.type])
    except KsqlError:
        first = next(r.type for r in results if r.type is not None)
        for when, result in zip(node.whens, results, strict=True):
            if result.type not in (None, first):
                raise KsqlError("Invalid Case expression. Type for all 'THEN' clauses should be the same."
                                f"\nTHEN expression 'WHEN {text(when.condition)} THEN {text(when.result)}' has type: "
                                f"{result.type}.\nPrevious THEN expression(s) type: {first}.") from None
        raise KsqlError("Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses."
                        f"\nTHEN type: {first}.\nDEFAULT type: {default.type}.") from None
    if target is None:
        raise KsqlError("Invalid Case expression. All case branches have a NULL type.")
    return target


def simple_case(c: Expressions, node: ast.SimpleCase) -> Code:
    whens = tuple(ast.When(ast.Comparison("=", node.operand, w.condition), w.result) for w in node.whens)  # type: ignore[arg-type]
    return searched_case(c, ast.SearchedCase(whens, node.default))
