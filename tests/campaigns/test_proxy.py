"""The proxy: what happens to an EndTxn, and that everything else passes untouched."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from campaigns.proxy import (
    CUT,
    CUT_ANSWER,
    DELAY,
    DROP,
    DROP_ANSWER,
    END_TXN,
    HOLD,
    LATE,
    TXN_OFFSET_COMMIT,
    Proxy,
    Tampering,
)

PRODUCE = 0


class Echo:
    """A broker that answers each request with its correlation id, and remembers them."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.seen: list[int] = []
        self.changed = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def wait(self, *correlations: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: set(correlations) <= set(self.seen), 10), self.seen

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while head := stream.read(4):
                body = stream.read(int.from_bytes(head, "big"))
                correlation = struct.unpack_from(">i", body, 4)[0]
                with self.changed:
                    self.seen.append(correlation)
                    self.changed.notify_all()
                connection.sendall(struct.pack(">ii", 4, correlation))


@pytest.fixture
def broker() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def proxy(broker: Echo) -> Iterator[Proxy]:
    made = Proxy()
    made.target = broker.port
    yield made
    made.close()


class Client:
    def __init__(self, proxy: Proxy) -> None:
        self._socket = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)

    def send(self, key: int, correlation: int) -> None:
        self._socket.sendall(struct.pack(">ihhi", 8, key, 1, correlation))

    def answer(self) -> int | None:
        """The correlation id answered; None where the connection is closed."""
        try:
            data = self._socket.recv(8)
        except ConnectionError:
            return None
        return struct.unpack(">ii", data)[1] if data else None


def test_without_orders_everything_passes(proxy: Proxy) -> None:
    client = Client(proxy)
    for correlation, key in enumerate((PRODUCE, END_TXN, PRODUCE)):
        client.send(key, correlation)
        assert client.answer() == correlation


def test_only_end_txn_is_tampered_with(proxy: Proxy) -> None:
    client = Client(proxy)
    proxy.tamper(Tampering(DROP))
    client.send(PRODUCE, 1)
    assert client.answer() == 1
    assert proxy.waiting == 1


@pytest.mark.parametrize(("kind", "arrives", "answered"), [
    (DROP, False, False), (DROP_ANSWER, True, False), (DELAY, True, True), (HOLD, True, True)])
def test_the_connection_goes_on(proxy: Proxy, broker: Echo, kind: str, arrives: bool, answered: bool) -> None:
    client = Client(proxy)
    proxy.tamper(Tampering(kind, 0.05))
    client.send(END_TXN, 1)
    client.send(PRODUCE, 2)
    expected = {2, 1} if answered else {2}
    assert {client.answer() for _ in expected} == expected
    assert (1 in broker.seen) is arrives
    assert proxy.done[kind] == 1


def test_held_is_overtaken_and_delayed_is_not(proxy: Proxy, broker: Echo) -> None:
    client = Client(proxy)
    proxy.tamper(Tampering(HOLD, 0.2), Tampering(DELAY, 0.05))
    for correlation, key in ((1, END_TXN), (2, END_TXN), (3, PRODUCE)):
        client.send(key, correlation)
    broker.wait(1, 2, 3)
    assert broker.seen == [2, 3, 1]


@pytest.mark.parametrize(("kind", "arrives"), [(CUT, False), (CUT_ANSWER, True)])
def test_the_connection_is_closed(proxy: Proxy, broker: Echo, kind: str, arrives: bool) -> None:
    client = Client(proxy)
    proxy.tamper(Tampering(kind))
    client.send(END_TXN, 1)
    assert client.answer() is None
    assert (1 in broker.seen) is arrives


def test_late_arrives_after_the_client_has_come_again(proxy: Proxy, broker: Echo) -> None:
    client = Client(proxy)
    proxy.tamper(Tampering(LATE, 0.3))
    client.send(END_TXN, 1)
    assert client.answer() is None
    again = Client(proxy)
    again.send(END_TXN, 2)
    assert again.answer() == 2
    broker.wait(1)
    assert broker.seen == [2, 1]


def test_late_arrives_in_the_middle_of_the_next_transaction(proxy: Proxy, broker: Echo) -> None:
    client = Client(proxy)
    proxy.tamper(Tampering(LATE, 60.0))
    client.send(END_TXN, 1)
    assert client.answer() is None
    again = Client(proxy)
    for correlation, key in ((2, END_TXN), (3, PRODUCE), (4, TXN_OFFSET_COMMIT), (5, END_TXN)):
        again.send(key, correlation)
        assert again.answer() == correlation
    broker.wait(1, 5)
    assert broker.seen == [2, 3, 1, 4, 5]
