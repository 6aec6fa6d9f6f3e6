"""Which select items are the key of the result and which its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rowtime.engine.analysis import Output
from rowtime.engine.schema_rules import RESERVED
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.format import format_expression


@dataclass(slots=True)
class KeyPart:
    """One column of the key: expressions of which any stands for it, and how messages show them."""

    options: list[ast.Expression]
    shown: list[str]


@dataclass(slots=True)
class Keys:
    """The key that a query's result has, and what it is called in messages."""

    parts: list[KeyPart]
    noun: str
    grouping: bool = False
    synthetic: bool = False


@dataclass(slots=True)
class Projection:
    key: list[Output] = field(default_factory=list)
    values: list[Output] = field(default_factory=list)


def project(outputs: Sequence[Output], keys: Keys, sink: str) -> Projection:
    """Splits the select items; every key part has to be there exactly once."""
    chosen: list[Output] = []
    for part in keys.parts:
        found = _find(outputs, part)
        if found is None:
            raise _missing(keys, outputs, sink)
        same = [o for o in outputs if o.expression == found.expression]
        if len(same) > 1:
            raise _repeated(keys, same)
        chosen.append(found)
    values = [o for o in outputs if not any(o is c for c in chosen)]
    _check(values)
    return Projection(chosen, values)


def _find(outputs: Sequence[Output], part: KeyPart) -> Output | None:
    for option in part.options:
        for output in outputs:
            if output.expression == option:
                return output
    return None


def _missing(keys: Keys, outputs: Sequence[Output], sink: str) -> KsqlError:
    parts = [p for p in keys.parts if not keys.grouping or _find(outputs, p) is None]
    many = len(parts) > 1 or len(parts[0].shown) > 1
    if len(parts) > 1:
        listed = _listed([p.shown[0] for p in parts], "and")
        example = ", ".join(p.shown[0] for p in parts)
    else:
        listed = _listed(parts[0].shown, "or")
        example = parts[0].shown[0]
    text = ("Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\n"
            f"The query used to build `{sink}` must include the {keys.noun}{'s' if many else ''} {listed} in its "
            f"projection (eg, SELECT {example}...).")
    if keys.synthetic:
        text += (f"\n{keys.parts[0].shown[0]} was added as a synthetic key column because the join criteria did not "
                 "match any source column. This expression must be included in the projection and may be aliased.")
    return KsqlError(text)


def _listed(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _repeated(keys: Keys, same: Sequence[Output]) -> KsqlError:
    if keys.grouping:
        listed = _listed([f"`{o.name}`" for o in same], "and")
        return KsqlError(f"The projection contains a key column more than once: {listed}."
                         "\nEach key column must only be in the projection once. If you intended to copy the key into "
                         "the value, then consider using the AS_VALUE function to indicate which key reference should "
                         "be copied.")
    name = format_expression(same[0].expression)
    listed = _listed(sorted(o.name for o in same), "and")
    return KsqlError(f"The projection contains a key column (`{name}`) more than once, aliased as: {listed}."
                     "\nEach key column must only be in the projection once. If you intended to copy the key into the "
                     "value, then consider using the AS_VALUE function to indicate which key reference should be "
                     "copied.")


def _check(values: Sequence[Output]) -> None:
    if not values:
        raise KsqlError("The projection contains no value columns.")
    for output in values:
        if output.name in RESERVED:
            raise KsqlError(f"Reserved column name in select: `{output.name}`. Please remove or alias the column.")
