"""Addresses to listen on."""

from __future__ import annotations

import asyncio
import socket

import pytest

from rowtime.addresses import Address, AddressError, listen


def test_small_answers_are_not_held_back() -> None:
    """Connections accepted by asyncio on such a socket have Nagle's algorithm off."""

    async def nodelay() -> int:
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        sock = listen(Address("127.0.0.1", 0))
        async with await asyncio.start_server(connected, sock=sock):
            _, writer = await asyncio.open_connection(*sock.getsockname())
            found = await accepted
            writer.close()
        return found

    assert asyncio.run(nodelay()) != 0


def test_port_in_use_is_said() -> None:
    taken = listen(Address("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with pytest.raises(AddressError, match=f"127.0.0.1:{port}.*in use"):
        listen(Address("127.0.0.1", port))
    taken.close()
