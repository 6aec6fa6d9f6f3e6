"""What the registry calls BACKWARD-compatible can be read: random data, written and read by fastavro."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rowtime.registry.avro import parse
from rowtime.registry.avro_text import canonical
from rowtime.registry.compatibility import Version, explain

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ("a", "b", "c", "d")
DATA: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "string": st.text(max_size=5),
}
DEFAULTS = {"null": None, "boolean": True, "int": 1, "long": 2, "float": 1.5, "double": 2.5, "string": "x"}
primitives = st.sampled_from(sorted(DATA))
symbols = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=4, unique=True)
unions = st.lists(primitives, min_size=1, max_size=3, unique=True)
containers = st.one_of(
    st.builds(lambda of: {"type": "array", "items": of}, primitives | unions),
    st.builds(lambda of: {"type": "map", "values": of}, primitives | unions),
)


@st.composite
def enums(draw: st.DrawFn) -> dict[str, Any]:
    listed = draw(symbols)
    made: dict[str, Any] = {"type": "enum", "name": "E", "symbols": listed}
    return made | ({"default": listed[0]} if draw(st.booleans()) else {})


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two records that have much in common."""
    sides: tuple[list[Any], list[Any]] = ([], [])
    with_enum = draw(st.sampled_from(NAMES))
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        kinds = enums() if name == with_enum else primitives | unions | containers
        kind = draw(kinds)
        for side in sides:
            if draw(st.integers(0, 4)):
                chosen = kind if draw(st.booleans()) else draw(kinds)
                default = {"default": default_of(chosen)} if draw(st.booleans()) else {}
                side.append({"name": name, "type": chosen} | default)
    reader, writer = sides
    return {"type": "record", "name": "R", "fields": reader}, {"type": "record", "name": "R", "fields": writer}


def default_of(kind: Any) -> Any:
    if isinstance(kind, list):
        return DEFAULTS[kind[0]]
    if isinstance(kind, str):
        return DEFAULTS[kind]
    return {"array": [], "map": {}}.get(kind["type"], kind.get("symbols", [""])[0])


def datum(draw: st.DrawFn, kind: Any) -> Any:
    if isinstance(kind, list):
        branch = draw(st.sampled_from(kind))
        return (branch, draw(DATA[branch]))
    if isinstance(kind, str):
        return draw(DATA[kind])
    if kind["type"] == "enum":
        return draw(st.sampled_from(kind["symbols"]))
    items = [datum(draw, kind.get("items", kind.get("values"))) for _ in range(draw(st.integers(0, 2)))]
    return items if kind["type"] == "array" else {str(number): item for number, item in enumerate(items)}


@UNHURRIED
@given(pairs(), st.data())
def test_compatible_schemas_read_each_other_s_data(pair: Any, data: st.DataObject) -> None:
    reader, writer = pair
    new, old = parse(json.dumps(reader)), parse(json.dumps(writer))
    assume(not explain("BACKWARD", new, [Version(1, old)]))
    row = data.draw(st.composite(lambda draw: {f["name"]: datum(draw, f["type"]) for f in writer["fields"]})())
    written = io.BytesIO()
    fastavro.schemaless_writer(written, fastavro.parse_schema(writer), row)
    written.seek(0)
    read = fastavro.schemaless_reader(written, fastavro.parse_schema(writer), fastavro.parse_schema(reader))
    assert isinstance(read, dict) and set(read) == {field["name"] for field in reader["fields"]}


@UNHURRIED
@given(pairs())
def test_the_canonical_text_is_a_fixed_point_and_the_same_schema(pair: Any) -> None:
    schema = pair[0]
    text = canonical(parse(json.dumps(schema)))
    assert canonical(parse(text)) == text
    assert fastavro.schema.to_parsing_canonical_form(json.loads(text)) == (
        fastavro.schema.to_parsing_canonical_form(schema))
