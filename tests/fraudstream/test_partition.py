"""Keys go where other Kafka clients put them."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.partition import murmur2, partition_of


@given(st.binary(max_size=40))
def test_the_hash_is_the_one_other_clients_compute(key: bytes) -> None:
    assert murmur2(key) == reference(key) & 0xFFFFFFFF


def test_known_places() -> None:
    assert [partition_of(key, 4) for key in (b"", b"a", b"account-1")] == [
        (reference(key) & 0x7FFFFFFF) % 4 for key in (b"", b"a", b"account-1")]
