"""Decoders of Avro records, generated for one writer schema and the columns in use.

Source is written once a schema: fields not in use are stepped over, what follows the last one in use is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from rowtime.errors import SerdeError
from rowtime.serde.avro.convert import NAMESPACE, Mismatch, check, conversion
from rowtime.serde.avro.parsed import Node
from rowtime.sql.types import Array, Column, Field, Map, SqlType, Struct

Other = Callable[..., Any]
Decode = Callable[[Sequence[bytes | None], Other], list[Any]]
"""decode(values, other) → rows. Asked for the row: other(value) where the header is another or there is none,
other(value, error) where the value is not well formed."""

LOOP = """def decode(values, other):
    rows = []
    add = rows.append
    for b in values:
        if b is None or b[:{start}] != header:
            add(other(b))
            continue
        p = {start}
        try:
{body}
            if p > len(b):
                raise truncated(b)
            add(({row}))
        except Exception as error:
            add(other(b, error))
    return rows
"""


def decoder(root: Node, columns: Sequence[Column], used: Collection[str], wrap: bool, header: bytes,
            errors: str = "strict") -> Decode:
    """Of records that begin with `header`; `errors` as in bytes.decode."""
    source = Source(errors)
    names = [f"c{i}" for i in range(len(columns))]
    try:
        if wrap:
            root = source.unwrapped(root)
            fields = tuple(Field(c.name, c.type) for c in columns)
            names = source.record(root, Struct(fields), names, {c.name for c in columns if c.name in used}, "")
        else:
            check(root, columns[0].type, f"->{columns[0].name}")
            source.value(root, columns[0].type, names[0], "")
    except Mismatch as e:
        return refuse(str(e))
    text = LOOP.format(start=len(header), body="\n".join(source.lines), row=tuple_of(names))
    scope: dict[str, Any] = dict(NAMESPACE, **source.constants, header=header)
    exec(compile(text, "<avro decoder>", "exec"), scope)
    return scope["decode"]


def refuse(message: str) -> Decode:
    def decode(values: Sequence[bytes | None], other: Other) -> list[Any]:
        return [None if b is None else SerdeError(message) for b in values]

    return decode


def tuple_of(names: Sequence[str]) -> str:
    return "".join(f"{n}, " for n in names)


class Source:
    """Writes statements that move p through b; `ahead`: bytes between p and where a value begins."""

    def __init__(self, errors: str) -> None:
        self.lines: list[str] = []
        self.depth = 3
        self.count = 0
        self.constants: dict[str, Any] = {}
        self.decode_text = ".decode()" if errors == "strict" else f".decode('utf-8', {errors!r})"
        self.skipping: list[Node] = []

    def put(self, *lines: str) -> None:
        self.lines += [f"{'    ' * self.depth}{line}" for line in lines]

    def block(self, head: str) -> Block:
        self.put(head)
        return Block(self)

    def temp(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def constant(self, value: Any) -> str:
        name = self.temp("K")
        self.constants[name] = value
        return name

    def unwrapped(self, root: Node) -> Node:
        """The record of a root that may also be null (then the row is None)."""
        if root.nullable is None:
            return root
        inner, null = root.nullable
        self.put("x = b[p]", "p += 1", f"if x == {2 * null}:", "    add(None)", "    continue")
        self.put(f"if x != {2 * (1 - null)}:", "    raise bad_union(x)")
        return inner

    def record(self, node: Node, target: Struct, names: Sequence[str], used: set[str], path: str) -> list[str]:
        """Reads the fields of a record that `target` has into `names`, in the writer's order; gives each one's name, or
        None for one that is not read."""
        if node.kind != "record":
            raise Mismatch(node, target, path)
        wanted = {f.name: (i, f.type) for i, f in enumerate(target.fields)}
        plan = []
        for name, child in node.fields:
            found = name if name in wanted else name.upper()
            if found in wanted:
                check(child, wanted[found][1], f"{path}->{found}")
            plan.append((child, found if found in used and found in wanted else "", found))
        while plan and not plan[-1][1] and not path:
            plan.pop()
        for child, found, _ in plan:
            if found:
                i, t = wanted[found]
                self.value(child, t, names[i], f"{path}->{found}")
            else:
                self.skip(child)
        known = {found for _, found, _ in plan}
        return [n if f.name in known else "None" for n, f in zip(names, target.fields, strict=True)]

    def value(self, node: Node, target: SqlType, name: str, path: str, ahead: int = 0) -> None:
        """Reads one value into a name."""
        nested = isinstance(target, Map | Struct) or isinstance(target, Array) and node.kind == "array"
        if node.kind == "union" and node.nullable is not None:
            self.union(*node.nullable, target, name, path, ahead)
        elif node.kind != "union" and not nested:
            self.primitive(node, target, name, ahead)
        else:
            self.pass_by(ahead)
            self.nested(node, target, name, path)

    def nested(self, node: Node, target: SqlType, name: str, path: str) -> None:
        if node.kind == "union":
            self.branches(node, target, name, path)
        elif isinstance(target, Array):
            self.array(node, target, name, path)
        elif isinstance(target, Map):
            self.map(node, target, name, path)
        else:
            assert isinstance(target, Struct)
            self.struct(node, target, name, path)

    def pass_by(self, size: int) -> None:
        if size:
            self.put(f"p += {size}")

    def union(self, inner: Node, null: int, target: SqlType, name: str, path: str, ahead: int) -> None:
        """A value that may be null."""
        self.put(f"x = b[{behind(ahead)}]")
        with self.block(f"if x == {2 * (1 - null)}:"):
            self.value(inner, target, name, path, ahead + 1)
        with self.block(f"elif x == {2 * null}:"):
            self.put(f"p += {ahead + 1}", f"{name} = None")
        with self.block("else:"):
            self.put("raise bad_union(x)")

    def branches(self, node: Node, target: SqlType, name: str, path: str) -> None:
        """A union of several types: a STRUCT with one field set, or the one type there is."""
        others = [n for _, n in node.fields if n.kind != "null"]
        self.put("x = b[p]", "p += 1", f"{name} = None")
        for at, (branch, child) in enumerate(node.fields):
            with self.block(f"{'if' if at == 0 else 'elif'} x == {2 * at}:"):
                if child.kind == "null":
                    self.put("pass")
                elif len(others) == 1:
                    self.value(child, target, name, path)
                else:
                    assert isinstance(target, Struct)
                    self.branch(branch, child, target, name, path)
        with self.block("else:"):
            self.put("raise bad_union(x)")

    def branch(self, branch: str, child: Node, target: Struct, name: str, path: str) -> None:
        found = target.index(branch)
        found = target.index(branch.upper()) if found < 0 else found
        if found < 0:
            self.skip(child)
            self.put(f"{name} = ({'None, ' * len(target.fields)})")
            return
        value = self.temp("u")
        self.value(child, target.fields[found].type, value, f"{path}->{branch}")
        values = [value if i == found else "None" for i in range(len(target.fields))]
        self.put(f"{name} = ({tuple_of(values)})")

    def array(self, node: Node, target: Array, name: str, path: str) -> None:
        assert node.items is not None
        values, item = self.temp("a"), self.temp("e")
        self.put(f"{values} = []")
        with self.items():
            check(node.items, target.item, f"{path}->ARRAY")
            self.value(node.items, target.item, item, f"{path}->ARRAY")
            self.put(f"{values}.append({item})")
        self.after_items()
        self.put(f"{name} = {values}")

    def map(self, node: Node, target: Map, name: str, path: str) -> None:
        assert node.items is not None
        entries, key, value = self.temp("m"), self.temp("k"), self.temp("v")
        key_node, value_node = Node("string"), node.items
        if node.kind == "array":
            fields = dict(node.items.fields)
            key_node, value_node = fields["key"], fields["value"]
        check(value_node, target.value, f"{path}->MAP_VAL")
        check(key_node, target.key, f"{path}->MAP_KEY")
        self.put(f"{entries} = {{}}")
        with self.items():
            self.value(key_node, target.key, key, f"{path}->MAP_KEY")
            self.value(value_node, target.value, value, f"{path}->MAP_VAL")
            self.put(f"{entries}[{key}] = {value}")
        self.after_items()
        self.put(f"{name} = hash_map({entries})")

    def items(self) -> Block:
        """The loops over blocks and their items; close it, then call after_items."""
        n = self.temp("n")
        self.put(f"{n}, p = long_at(b, p)", f"while {n}:")
        self.depth += 1
        self.put(f"if {n} < 0:", f"    {n} = -{n}", "    p = after_varint(b, p)", f"for _ in range({n}):")
        self.constants.setdefault("_open", [])
        self.constants["_open"].append(n)
        return Block(self)

    def after_items(self) -> None:
        self.put(f"{self.constants['_open'].pop()}, p = long_at(b, p)")
        self.depth -= 1

    def struct(self, node: Node, target: Struct, name: str, path: str) -> None:
        names = [self.temp("f") for _ in target.fields]
        names = self.record(node, target, names, {f.name for f in target.fields}, path or "->")
        self.put(f"{name} = ({tuple_of(names)})")

    def primitive(self, node: Node, target: SqlType, name: str, ahead: int) -> None:
        at = behind(ahead)
        match node.kind:
            case "int" | "long":
                self.number(name, ahead)
            case "double":
                self.put(f"{name} = double_at(b, {at})[0]", f"p += {ahead + 8}")
            case "float":
                self.put(f"{name} = float_at(b, {at})[0]", f"p += {ahead + 4}")
            case "boolean":
                self.put(f"{name} = b[{at}] == 1", f"p += {ahead + 1}")
            case "enum":
                self.put(f"x, p = raw_at(b, {at})", f"{name} = {self.constant(node.symbols)}[x >> 1]")
            case "fixed":
                self.pass_by(ahead)
                self.put(f"{name} = b[p:p + {node.size}]", f"p += {node.size}")
            case _:
                self.sized(name, self.decode_text if node.kind == "string" else "", ahead)
        convert = conversion(node, target)
        if convert is not None:
            self.put(f"{name} = {self.constant(convert)}({name})")

    def number(self, name: str, ahead: int) -> None:
        """A number; those of one and two bytes at once."""
        self.put(f"x = b[{behind(ahead)}]")
        with self.block("if x < 128:"):
            self.put(f"{name} = ZIGZAG[x]", f"p += {ahead + 1}")
        with self.block(f"elif b[{behind(ahead + 1)}] < 128:"):
            self.put(f"{name} = ZIGZAG[x & 127 | b[{behind(ahead + 1)}] << 7]", f"p += {ahead + 2}")
        with self.block("else:"):
            self.put(f"{name}, p = long_at(b, {behind(ahead)})")

    def sized(self, name: str, decode: str, ahead: int) -> None:
        self.length(ahead)
        self.put("q = p + (x >> 1)", f"{name} = b[p:q]{decode}", "p = q")

    def length(self, ahead: int = 0) -> None:
        self.put(f"x = b[{behind(ahead)}]")
        with self.block("if x < 128:"):
            self.put(f"p += {ahead + 1}")
        with self.block("else:"):
            self.put(f"x, p = raw_at(b, {behind(ahead)})")

    def skip(self, node: Node) -> None:
        """Steps over a value."""
        if node in self.skipping:
            raise SerdeError(f"Recursive Avro schemas are not supported: {node.name}")
        self.skipping.append(node)
        self.step_over(node)
        self.skipping.pop()

    def step_over(self, node: Node) -> None:
        size = {"null": 0, "boolean": 1, "float": 4, "double": 8, "fixed": node.size}.get(node.kind)
        if size is not None:
            self.put(f"p += {size}")
        elif node.kind in ("int", "long", "enum"):
            self.put("while b[p] > 127:", "    p += 1", "p += 1")
        elif node.kind in ("string", "bytes"):
            self.length()
            self.put("p += x >> 1")
        elif node.kind == "record":
            for _, child in node.fields:
                self.skip(child)
        elif node.kind == "union":
            self.skip_union(node)
        else:
            self.skip_items(node)

    def skip_union(self, node: Node) -> None:
        branch = self.temp("x")
        self.put(f"{branch} = b[p]", "p += 1")
        for at, (_, child) in enumerate(node.fields):
            with self.block(f"{'if' if at == 0 else 'elif'} {branch} == {2 * at}:"):
                self.skip(child)
        with self.block("else:"):
            self.put(f"raise bad_union({branch})")

    def skip_items(self, node: Node) -> None:
        """Blocks that state their size are jumped over."""
        assert node.items is not None
        n = self.temp("n")
        self.put(f"{n}, p = long_at(b, p)", f"while {n}:")
        self.depth += 1
        with self.block(f"if {n} < 0:"):
            self.put("x, p = long_at(b, p)", "p += x")
        with self.block("else:"), self.block(f"for _ in range({n}):"):
            if node.kind == "map":
                self.skip(Node("string"))
            self.skip(node.items)
        self.put(f"{n}, p = long_at(b, p)")
        self.depth -= 1


def behind(ahead: int) -> str:
    return f"p + {ahead}" if ahead else "p"


class Block:
    """Indents while it is open."""

    def __init__(self, source: Source):
        self.source = source

    def __enter__(self) -> None:
        self.source.depth += 1

    def __exit__(self, *_: object) -> None:
        self.source.depth -= 1
