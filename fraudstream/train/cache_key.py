"""What enriched history depends on, as hashes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fraudstream.replay.mapping import Mapping

FORMAT = "1"
"""Of the files in the cache."""


def digest(*parts: str) -> str:
    """SHA-256 of texts, in order."""
    return hashlib.sha256("\n".join((FORMAT, *parts)).encode()).hexdigest()


def data_sha256(file: Path, mapping: Mapping, limit: int | None) -> str:
    """Of a file's bytes, those of its labels, how they are read and how many rows."""
    files = [file, *([file.parent / mapping.labels.file] if mapping.labels and mapping.labels.file else [])]
    return digest(*map(_file, files), mapping.fingerprint, str(limit))


def _file(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@lru_cache
def engine_sha256() -> str:
    """Of the embedded engine's sources: another engine, another result."""
    spec = find_spec("rowtime")
    root = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    return digest(*(f"{path.relative_to(root)} {_file(path)}" for path in sorted(root.rglob("*.py"))))
