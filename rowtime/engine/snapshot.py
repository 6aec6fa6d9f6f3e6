"""Snapshots of state: plain values in files of their own, checked by CRC, written whole or not at all, two kept."""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

MAGIC = b"rowtime-state-6\n"
KEEP = 2
_DECIMAL = "\0decimal"


def pack(value: Any) -> bytes:
    """marshal, Decimals as marked pairs; nothing but plain values."""
    try:
        data = marshal.dumps((False, sys.version_info[:2], value))
    except ValueError:
        data = marshal.dumps((True, sys.version_info[:2], _plain(value)))
    return MAGIC + zlib.crc32(data).to_bytes(4, "big") + data


def unpack(data: bytes) -> Any:
    """None where the file is damaged or of another Python."""
    head = len(MAGIC) + 4
    body = data[head:]
    if data[:len(MAGIC)] != MAGIC or zlib.crc32(body).to_bytes(4, "big") != data[len(MAGIC):head]:
        return None
    try:
        decimals, version, value = marshal.loads(body)
    except (ValueError, EOFError, TypeError):
        return None
    if tuple(version) != sys.version_info[:2]:
        return None
    return _restored(value) if decimals else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return (_DECIMAL, str(value))
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    return [_plain(v) for v in value] if isinstance(value, list) else value


def _restored(value: Any) -> Any:
    if isinstance(value, tuple):
        if len(value) == 2 and value[0] == _DECIMAL:
            return Decimal(value[1])
        return tuple(_restored(v) for v in value)
    if isinstance(value, dict):
        return {_restored(k): _restored(v) for k, v in value.items()}
    return [_restored(v) for v in value] if isinstance(value, list) else value


def write_snapshot(directory: Path, number: int, data: bytes) -> None:
    """A new file beside the others; the oldest beyond KEEP go."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"snapshot-{number:020d}"
    temporary = path.with_suffix(".tmp")
    with open(temporary, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    os.replace(temporary, path)
    descriptor = os.open(directory, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    for old in sorted(directory.glob("snapshot-" + "[0-9]" * 20))[:-KEEP]:
        old.unlink()


def newest_snapshot(directory: Path) -> tuple[int, Any] | None:
    """Number and content of the newest readable one."""
    if not directory.is_dir():
        return None
    for path in sorted(directory.glob("snapshot-" + "[0-9]" * 20), reverse=True):
        found = unpack(path.read_bytes())
        if found is not None:
            return int(path.name.rpartition("-")[2]), found
    return None
