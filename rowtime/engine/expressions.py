"""Expressions as Python source: typed, NULL-aware, errors left to the caller (who makes them NULL).

Arithmetic with NULL is an error, as in Java, and so is what it is part of, up to where ksqlDB catches errors: the
whole expression; a call or a field that is an argument of a function; a CAST; an item of ARRAY, MAP and STRUCT. Where
an error and NULL come to the same the source is `lenient`: it gives None without raising.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rowtime.engine import arithmetic, cast, columnar, comparison, conditional, invocation
from rowtime.engine.code import Code, Module
from rowtime.engine.coercion import unify
from rowtime.engine.failing import Forgiven, attempt, cannot_fail, fail
from rowtime.engine.scope import Scope
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    STRING,
    Array,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
)


class Expressions:
    """Compiles expressions of one scope into a module.

    bold     inside of lambdas values are not looked at for NULL where Python raises TypeError for None: whoever runs
             the source falls back to the careful one then
    lenient  of the node that is being compiled: its error may as well be None
    forgiving  of the node that is being compiled: its error has to be None
    """

    def __init__(self, module: Module, scope: Scope, depth: int = 0, bold: bool = False):
        self.module, self.scope, self.depth, self.bold = module, scope, depth, bold
        self.lenient, self.forgiving = True, False

    def within(self, scope: Scope, *, bold: bool | None = None) -> Expressions:
        inner = Expressions(self.module, scope, self.depth, self.bold if bold is None else bold)
        inner.lenient = self.lenient
        return inner

    @property
    def unchecked(self) -> bool:
        """Whether None may run into a TypeError here."""
        return self.bold and bool(self.scope.lambdas)

    def compile(self, node: ast.Expression, lenient: bool = False, forgiving: bool = False) -> Code:
        lenient = lenient or self.depth == 0
        known = self.scope.values.get(node) if self.scope.values else None
        if known is not None:
            return known if lenient or not known.error else self._known(known)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise KsqlError(f"Unsupported expression: {type(node).__name__}")
        before = self.lenient, self.forgiving
        self.lenient, self.forgiving = lenient, forgiving
        self.depth += 1
        try:
            return handler(self, node)
        finally:
            self.depth -= 1
            self.lenient, self.forgiving = before

    def _known(self, known: Code) -> Code:
        failed = self.module.bind(fail, "fail")
        return Code(f"({failed}() if {known.error} else {known.text})", known.type, known.error != is_none(known.text))

    def operand(self, node: ast.Expression) -> Code:
        """What arithmetic and order need a value of: in bold source None may come as it is."""
        return self.compile(node, self.lenient or self.unchecked and node in self.scope.values)

    def forgiven(self, node: ast.Expression) -> Code:
        """The value, NULL where there is an error."""
        code = self.compile(node, True, True)
        if cannot_fail(code.text):
            return Code(code.text, code.type, code.nullable)
        return Code(f"{self.module.bind(attempt, 'safe_attempt')}(lambda: {code.text})", code.type)

    def or_null(self, node: ast.Expression) -> Code:
        """The value where its error comes to the same as NULL."""
        return self.compile(node, True) if self.lenient else self.forgiven(node)

    def type_of(self, node: ast.Expression) -> SqlType | None:
        return self.compile(node).type

    def constant(self, value: Any, t: SqlType) -> Code:
        return Code(self.module.bind(value), t, False)

    def named(self, code: Code) -> tuple[str, str]:
        """(first use, later uses) of a value that is needed more than once."""
        if code.is_name:
            return code.text, code.text
        name = self.module.temp()
        return f"({name} := {code.text})", name

    def computed(self, codes: Sequence[Code], result: SqlType | None, make: Callable[[list[str]], str]) -> Code:
        """make(texts) where any NULL among the codes is an error."""
        if self.lenient:
            return Code(self.null_in_null_out(codes, make), result, any(code.nullable for code in codes))
        return Code(self.null_in_null_out(codes, make, f"{self.module.bind(fail, 'fail')}()"), result, False)

    def null_in_null_out(self, codes: Sequence[Code], make: Callable[[list[str]], str], null: str = "None") -> str:
        """make(texts) where any NULL among the codes gives NULL."""
        checks, texts = [], []
        if self.unchecked and all(code.type is not None for code in codes):
            return make([code.text for code in codes])
        for code in codes:
            if code.type is None:
                return null
            if not code.nullable:
                texts.append(code.text)
                continue
            first, later = self.named(code)
            checks.append(f"{first} is None")
            texts.append(later)
        if not checks:
            return make(texts)
        return f"({null} if {' or '.join(checks)} else {make(texts)})"

    def coerce(self, code: Code, target: SqlType | None) -> Code:
        """The value as `target`, which it widens to."""
        if target is None or code.type == target:
            return code
        return cast.cast(code, target, self.module)

    # -------------------------------------------------- leaves
    def column(self, node: ast.ColumnRef) -> Code:
        found = self.scope.columns.get((node.source, node.name))
        if found is None:
            raise KsqlError(f"Unknown column {node.name}.")
        return found

    def lambda_variable(self, node: ast.LambdaVariable) -> Code:
        found = self.scope.lambdas.get(node.name)
        if found is None:
            raise KsqlError(f"Unknown lambda variable {node.name}.")
        return found

    def decimal(self, node: ast.DecimalLiteral) -> Code:
        _, digits, exponent = node.value.as_tuple()
        scale = max(0, -int(exponent))
        return self.constant(node.value, Decimal(max(len(digits), scale), scale))

    # -------------------------------------------------- structures
    def dereference(self, node: ast.Dereference) -> Code:
        found = columnar.field_at(self, node, _literal)
        if found is not None:
            return found
        base = self.compile(node.base, self.lenient)
        if not isinstance(base.type, Struct):
            raise KsqlError(f"Expected STRUCT type, got: {base.type}")
        index = base.type.index(node.field or "")
        if index < 0:
            raise KsqlError(f"No such field `{node.field}` in {base.type}.")
        text = self.null_in_null_out([base], lambda t: f"{t[0]}[{index}]")
        return Code(text, base.type.fields[index].type)

    def subscript(self, node: ast.Subscript) -> Code:
        base, index = self.compile(node.base, self.lenient), self.compile(node.index, self.lenient)
        if isinstance(base.type, Array):
            place = _literal(node.index)
            if place:
                return self._item(base, place)
            name = self.module.bind(array_item, "safe_item")
            at = self.computed([index], index.type, lambda t: t[0])
            return Code(self.null_in_null_out([base, at], lambda t: f"{name}({t[0]}, {t[1]})"), base.type.item)
        if isinstance(base.type, Map):
            key = self.coerce(index, base.type.key)
            return Code(self.null_in_null_out([base, key], lambda t: f"{t[0]}.get({t[1]})"), base.type.value)
        raise KsqlError(f"Subscript expression requires an ARRAY or MAP, got: {base.type}")

    def _item(self, base: Code, place: int) -> Code:
        """base[place] for a place that is known: 1-based, negative from the end, NULL outside."""
        assert isinstance(base.type, Array)
        at, least = (place - 1, place) if place > 0 else (place, -place)
        text = self.null_in_null_out([Code(base.text, base.type)], lambda t: f"({t[0]}[{at}] if len({t[0]}) >= {least} "
                                     "else None)")
        return Code(text, base.type.item)

    def array(self, node: ast.CreateArray) -> Code:
        item, codes = self._unified("an array", "elements", "Array", node.items, [self.forgiven(i) for i in node.items])
        return Code(f"[{', '.join(c.text for c in codes)}]", Array(item), False)

    def _unified(self, what: str, plural: str, name: str, nodes: Sequence[ast.Expression], codes: Sequence[Code]) \
            -> tuple[SqlType, list[Code]]:
        if not codes:
            element = "element" if name == "Array" else "key value pair"
            raise KsqlError(f"{name} constructor cannot be empty. Please supply at least one {element} "
                            "(see https://github.com/confluentinc/ksql/issues/4239).")
        found, unified = unify(self, nodes, codes)
        if found is None:
            raise KsqlError(f"Cannot construct {what} with all NULL {plural} "
                            "(see https://github.com/confluentinc/ksql/issues/4239). As a workaround, you may cast a "
                            "NULL value to the desired type.")
        return found, unified

    def map(self, node: ast.CreateMap) -> Code:
        key_nodes, value_nodes = [e.key for e in node.entries], [e.value for e in node.entries]
        key, keys = self._unified("a map", "keys", "Map", key_nodes, [self.forgiven(n) for n in key_nodes])
        value, values = self._unified("a map", "values", "Map", value_nodes, [self.forgiven(n) for n in value_nodes])
        null = "'null'" if key == STRING else "None"
        pairs = ", ".join(f"{self._key(k, null)}: {v.text}" for k, v in zip(keys, values, strict=True))
        return Code("{" + pairs + "}", Map(key, value), False)

    def _key(self, code: Code, null: str) -> str:
        if not code.nullable:
            return code.text
        first, later = self.named(code)
        return null if code.type is None else f"({null} if {first} is None else {later})"

    def struct(self, node: ast.CreateStruct) -> Code:
        codes = [self.forgiven(e.value) for e in node.entries]
        fields = []
        for entry, code in zip(node.entries, codes, strict=True):
            if code.type is None:
                raise KsqlError(f"Cannot construct a struct with a NULL field: {entry.name}. Cast it to a type.")
            fields.append(Field(entry.name, code.type))
        names = [f.name for f in fields]
        if len(set(names)) != len(names):
            raise KsqlError(f"Duplicate field names found in STRUCT: '{names}'.")
        return Code("(" + "".join(f"{c.text}, " for c in codes) + ")", Struct(tuple(fields)), False)

    def cast(self, node: ast.Cast) -> Code:
        if self.lenient:
            return cast.cast(self.compile(node.operand, True), node.type, self.module)
        return cast.cast(self.forgiven(node.operand), node.type, self.module, forgiving=True)


def is_none(text: str) -> str:
    """The condition that a name holds no value."""
    return f"{text} is None"


def _literal(node: ast.Expression) -> int:
    """The value of a whole-number literal, with its sign; 0 for anything else."""
    if isinstance(node, ast.IntegerLiteral):
        return node.value
    if isinstance(node, ast.Sign) and isinstance(node.operand, ast.IntegerLiteral):
        return -node.operand.value if node.op == "-" else node.operand.value
    return 0


def array_item(values: list[Any], index: int) -> Any:
    """1-based; negative counts from the end; outside is NULL."""
    at = index - 1 if index > 0 else len(values) + index
    return values[at] if index and 0 <= at < len(values) else None


_HANDLERS: dict[type, Callable[[Any, Any], Code]] = {
    ast.NullLiteral: lambda c, n: Code("None", None),
    ast.BooleanLiteral: lambda c, n: Code(repr(bool(n.value)), BOOLEAN, False),
    ast.IntegerLiteral: lambda c, n: c.constant(n.value, INTEGER),
    ast.LongLiteral: lambda c, n: c.constant(n.value, BIGINT),
    ast.DecimalLiteral: Expressions.decimal,
    ast.DoubleLiteral: lambda c, n: c.constant(float(n.value), DOUBLE),
    ast.StringLiteral: lambda c, n: c.constant(n.value, STRING),
    ast.IntervalUnit: invocation.interval_unit,
    ast.ColumnRef: Expressions.column,
    ast.LambdaVariable: Expressions.lambda_variable,
    ast.Dereference: Expressions.dereference,
    ast.Subscript: Expressions.subscript,
    ast.FunctionCall: invocation.call,
    ast.Arithmetic: arithmetic.binary,
    ast.Sign: arithmetic.sign,
    ast.Comparison: comparison.comparison,
    ast.Logical: comparison.logical,
    ast.Not: comparison.negation,
    ast.IsNull: comparison.is_null,
    ast.IsNotNull: comparison.is_not_null,
    ast.Like: comparison.like,
    ast.Between: comparison.between,
    ast.InList: comparison.in_list,
    ast.SearchedCase: conditional.searched_case,
    ast.SimpleCase: conditional.simple_case,
    ast.Cast: Expressions.cast,
    ast.CreateArray: Expressions.array,
    ast.CreateMap: Expressions.map,
    ast.CreateStruct: Expressions.struct,
    Forgiven: lambda c, n: c.or_null(n.operand),
}
