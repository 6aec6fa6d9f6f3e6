from __future__ import annotations

from aiokafka.partitioner import murmur2 as reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.log.partitioner import murmur2, partition_of

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(st.binary(max_size=70), st.integers(1, 100))
def test_keys_go_where_kafka_puts_them(key: bytes, partitions: int) -> None:
    assert murmur2(key) == reference(key) & 0xFFFFFFFF
    assert partition_of(key, partitions) == (reference(key) & 0x7FFFFFFF) % partitions


def test_values_of_kafka_s_own_tests() -> None:
    known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536,
             b"a-little-bit-longer-string": -1486304829, b"abc": 479470107}
    assert {key: murmur2(key) for key in known} == {key: value & 0xFFFFFFFF for key, value in known.items()}
