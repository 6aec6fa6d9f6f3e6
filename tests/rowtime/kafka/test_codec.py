"""Answers are written exactly as kio writes them, for every API and version served."""

from __future__ import annotations

import dataclasses
import datetime
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kio.serial import entity_writer
from kio.static.primitive import Records

from rowtime.kafka import apis, codec
from rowtime.kafka.routing import Api

st.register_type_strategy(Records, st.binary(max_size=20).map(Records))
BY_HAND = ("produce", "fetch")


def ends(api: Api) -> list[tuple[str, int]]:
    """The oldest and the newest version served."""
    return [(api.name, version) for version in dict.fromkeys(api.versions)]


def plain(value: Any) -> Any:
    """The mapping that `codec.encode` takes for a kio message."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields if not _unset(value, field)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime.timedelta):
        return codec.milliseconds(value)
    if isinstance(value, datetime.datetime):
        return round(value.timestamp() * 1000)
    return value


def _unset(value: Any, field: dataclasses.Field[Any]) -> bool:
    """A tagged field at its default, which is not written."""
    given = getattr(value, field.name)
    return "tag" in field.metadata and (given == field.default or (field.default is dataclasses.MISSING and not given))


@pytest.mark.parametrize(
    ("name", "version"), [pair for api in apis.BY_KEY.values() if api.name not in BY_HAND for pair in ends(api)]
)
def test_as_kio_writes_it(name, version):
    response = codec.message(name, version)[1]
    write = entity_writer(response)

    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.from_type(response))
    def check(value):
        expected = io.BytesIO()
        write(expected, value)
        assert codec.encode(name, version, plain(value)) == expected.getvalue()

    check()


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**21, 2**28 - 1])
def test_variable_length_integers(number):
    assert codec.read_uvarint(codec.uvarint(number) + b"x", 0) == (number, len(codec.uvarint(number)))
