"""The socket: frames, versions, requests that have no answer."""

from __future__ import annotations

import socket
import struct

import pytest

from rowtime.kafka import codec


@pytest.fixture
def wire(bootstrap):
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        yield connection


def request(key: int, version: int, correlation: int, body: bytes = b"", flexible: bool = False) -> bytes:
    header = struct.pack(">hhih", key, version, correlation, -1) + (b"\0" if flexible else b"")
    return struct.pack(">i", len(header) + len(body)) + header + body


def answer(connection: socket.socket) -> bytes:
    def exactly(count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    return exactly(struct.unpack(">i", exactly(4))[0])


def test_an_api_versions_request_of_the_future_gets_version_0_and_error_35(wire):
    wire.sendall(request(18, 9, 77, b"\0\0\0", flexible=True))
    got = answer(wire)
    correlation, code, count = struct.unpack_from(">ihi", got)
    assert (correlation, code) == (77, 35)
    rows = [struct.unpack_from(">hhh", got, 10 + 6 * n) for n in range(count)]
    assert len(got) == 10 + 6 * count
    assert (0, 0, 9) in rows and (1, 4, 12) in rows


def test_answers_come_in_the_order_of_the_requests(wire):
    wire.sendall(b"".join(request(18, 0, n) for n in range(20)))
    assert [struct.unpack_from(">i", answer(wire))[0] for _ in range(20)] == list(range(20))


@pytest.mark.parametrize("frame", [
    request(9999, 0, 1),
    request(0, 2, 1),
    request(3, 99, 1),
    request(3, 12, 1, b"\xff\xff\xff\xff\xff", flexible=True),
    request(11, 7, 1, b"", flexible=True),
    struct.pack(">i", 1 << 30),
    struct.pack(">i", -5),
], ids=["key", "old", "new", "garbage", "empty", "huge", "negative"])
def test_what_has_no_answer_ends_the_connection(wire, frame):
    wire.sendall(frame)
    with pytest.raises(EOFError):
        answer(wire)


def test_a_client_that_goes_away_in_a_long_poll_holds_nobody_up(wire, served, bootstrap):
    served.loop.call_soon_threadsafe(served.node.store.create_topic, "poll", 1)
    topic = struct.pack(">ih", 1, 4) + b"poll" + struct.pack(">iiqi", 1, 0, 0, 1 << 20)
    wire.sendall(request(1, 4, 1, struct.pack(">iiiib", -1, 60_000, 1, 1 << 20, 0) + topic))
    wire.shutdown(socket.SHUT_RDWR)
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), 10) as other:
        other.sendall(request(18, 0, 3))
        assert struct.unpack_from(">i", answer(other))[0] == 3


def test_a_wrong_field_in_an_answer_is_an_error():
    with pytest.raises(KeyError, match="no field"):
        codec.encode("heartbeat", 4, {"error_code": 0, "oops": 1})
    with pytest.raises(KeyError, match="needs"):
        codec.encode("find_coordinator", 0, {"error_code": 0})
    assert codec.encode("heartbeat", 0, {"error_code": 3, "throttle_time": 9}) == b"\0\3"
