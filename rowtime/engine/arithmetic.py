"""Arithmetic as source: Java's overflow, division and DECIMAL scales."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rowtime.engine.cast import wrap_int, wrap_long
from rowtime.engine.code import Code
from rowtime.engine.typing import arithmetic_type
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, BYTES, DOUBLE, INTEGER, STRING, Decimal, SqlType, is_numeric

if TYPE_CHECKING:
    from rowtime.engine.expressions import Expressions

_LIMITS = {INTEGER: ("-0x80000000", "0x7FFFFFFF"), BIGINT: ("-0x8000000000000000", "0x7FFFFFFFFFFFFFFF")}
_WRAP = {INTEGER: wrap_int, BIGINT: wrap_long}
_NAMES = {"+": "ADD", "-": "SUBTRACT", "*": "MULTIPLY", "/": "DIVIDE", "%": "MODULUS"}


def binary(c: Expressions, node: ast.Arithmetic) -> Code:
    left, right = c.operand(node.left), c.operand(node.right)
    if node.op == "+" and left.type == right.type == STRING:
        return Code(f"({_shown(c, left)} + {_shown(c, right)})", STRING, False)
    if node.op == "+" and left.type == right.type == BYTES:
        return c.computed([left, right], BYTES, lambda t: f"({t[0]} + {t[1]})")
    if left.type is None or right.type is None:
        raise KsqlError(f"Arithmetic on types {left.type or 'null'} and {right.type or 'null'} are not supported.")
    if not is_numeric(left.type) or not is_numeric(right.type):
        raise KsqlError(f"Unsupported arithmetic types. {_base(left.type)} {_base(right.type)}")
    assert left.type is not None and right.type is not None
    result = arithmetic_type(node.op, left.type, right.type)
    if c.unchecked and result == DOUBLE and node.op == "*" and node.left == node.right:
        first, later = c.named(left)
        return Code(f"({first} * {later})", DOUBLE, False)
    if isinstance(result, Decimal):
        return _decimal(c, node.op, left, right, result)
    operands = [c.coerce(left, result), c.coerce(right, result)]
    return c.computed(operands, result, lambda t: _primitive(c, node.op, t, result))


def _shown(c: Expressions, text: Code) -> str:
    """Text as Java's + takes it: NULL is the word."""
    if not text.nullable:
        return text.text
    first, later = c.named(text)
    return f"('null' if {first} is None else {later})"


def _base(t: SqlType | None) -> str:
    return "null" if t is None else "DECIMAL" if isinstance(t, Decimal) else type(t).__name__.upper() \
        if str(t).startswith(("ARRAY", "MAP", "STRUCT")) else str(t)


def _primitive(c: Expressions, op: str, t: list[str], result: SqlType) -> str:
    if op == "/" and result == DOUBLE and all(text.isidentifier() for text in t):
        return f"({t[0]} / {t[1]} if {t[1]} else {c.module.bind(divide_double, 'safe_divide')}({t[0]}, {t[1]}))"
    if op in "/%":
        functions: dict[Any, Callable[[Any, Any], Any]] = _DIVIDE if op == "/" else _MODULO
        return f"{c.module.bind(functions[result], 'divide')}({t[0]}, {t[1]})"
    plain = f"{t[0]} {op} {t[1]}"
    if result == DOUBLE:
        return f"({plain})"
    least, most = _LIMITS[result]  # type: ignore[index]
    name, wrap = c.module.temp("n"), c.module.bind(_WRAP[result], "safe_wrap")  # type: ignore[index]
    return f"({name} if {least} <= ({name} := {plain}) <= {most} else {wrap}({name}))"


def _decimal(c: Expressions, op: str, left: Code, right: Code, result: Decimal) -> Code:
    name = c.module.bind(decimal_operation(op, result.precision, result.scale), "decimal")
    return c.computed([left, right], result, lambda t: f"{name}({t[0]}, {t[1]})")


def decimal_operation(op: str, precision: int, scale: int) -> Callable[[Any, Any], decimal.Decimal]:
    """a op b rounded half up to DECIMAL(precision, scale); an overflow raises ArithmeticError."""
    context = decimal.Context(prec=max(precision, 1) + 80, rounding=decimal.ROUND_HALF_UP)
    quantum = decimal.Decimal(1).scaleb(-scale)
    limit = decimal.Decimal(10) ** (precision - scale)
    operate = {"+": context.add, "-": context.subtract, "*": context.multiply, "/": context.divide,
               "%": context.remainder}[op]

    def apply(a: Any, b: Any) -> decimal.Decimal:
        value = operate(decimal.Decimal(a), decimal.Decimal(b)).quantize(quantum, context=context)
        if abs(value) >= limit:
            raise ArithmeticError("Rounding necessary")
        return value

    return apply


def divide_integer(a: int, b: int) -> int:
    """Towards zero."""
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def divide_double(a: float, b: float) -> float:
    """IEEE: x/0 is an infinity or NaN."""
    if b:
        return a / b
    sign_of_zero = math.copysign(1.0, b)
    return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * sign_of_zero


def modulo_integer(a: int, b: int) -> int:
    return a - b * divide_integer(a, b)


def modulo_double(a: float, b: float) -> float:
    return math.nan if b == 0 or math.isinf(a) else math.fmod(a, b)


_DIVIDE: dict[Any, Callable[[Any, Any], Any]] = {
    INTEGER: lambda a, b: wrap_int(divide_integer(a, b)), BIGINT: lambda a, b: wrap_long(divide_integer(a, b)),
    DOUBLE: divide_double}
_MODULO: dict[Any, Callable[[Any, Any], Any]] = {
    INTEGER: modulo_integer, BIGINT: modulo_integer, DOUBLE: modulo_double}


def sign(c: Expressions, node: ast.Sign) -> Code:
    operand = c.operand(node.operand)
    if not is_numeric(operand.type):
        raise KsqlError(f"Unsupported arithmetic type: {operand.type}")
    if node.op == "+":
        return operand
    return c.computed([operand], operand.type, lambda t: f"(-{t[0]})")
