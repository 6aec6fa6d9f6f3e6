"""Addresses to listen on, as given on the command line."""

from __future__ import annotations

import ipaddress
import socket
from typing import NamedTuple

from rowtime.errors import RowtimeError


class AddressError(RowtimeError):
    """An address that cannot be used."""


class Address(NamedTuple):
    """Host and port; port 0 picks a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read HOST:PORT."""
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdigit() or int(port) > 65535:
            raise AddressError(f"{text!r} is not an address: write HOST:PORT, e.g. 127.0.0.1:9092")
        return cls(host.strip("[]") or "127.0.0.1", int(port))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(address: Address) -> socket.socket:
    """A bound socket, listening; AddressError when the port is taken or the host is not this machine's."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the socket names its protocol: else small answers wait 40 ms
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "AF_UNIX"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address.host, address.port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise AddressError(f"cannot listen on {address}: {error.strerror or error}; "
                           "stop what uses the port or choose another (port 0 picks a free one)") from error
    sock.setblocking(False)
    return sock
