"""Where models come from: a file, the newest file of a directory, or a topic of models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from scoring.errors import ModelError
from scoring.model.load import load_model
from scoring.model.model import Model

CHALLENGERS = "challengers"


@dataclass(frozen=True)
class Found:
    """A model that is there. stamp: changes when the model does. load: raises ModelError."""

    origin: str
    stamp: object
    load: Callable[[], Model]


@dataclass(frozen=True)
class Wanted:
    """champions: the one wanted, then those to fall back on at a start. challengers: to score in the shadow."""

    champions: tuple[Found, ...]
    challengers: tuple[Found, ...] = ()

    @property
    def stamp(self) -> object:
        return tuple(f.stamp for f in self.champions[:1]), tuple(f.stamp for f in self.challengers)


class ModelSource(Protocol):
    """look: what is wanted now; raises ModelError where that cannot be said."""

    def look(self) -> Wanted: ...

    def close(self) -> None: ...


class ModelFiles:
    """A file, or a directory: its newest *.json is the champion, those of its folder challengers/ are challengers."""

    def __init__(self, location: str) -> None:
        self._location = location

    def look(self) -> Wanted:
        folder = Path(self._location) / CHALLENGERS
        challengers = sorted(folder.glob("*.json")) if folder.is_dir() else []
        return Wanted((found_file(model_file(self._location)),), tuple(map(found_file, challengers)))

    def close(self) -> None:
        """Nothing is held."""


def found_file(path: Path) -> Found:
    """ModelError where the file is not there."""
    try:
        status = path.stat()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    stamp = str(path), status.st_mtime_ns, status.st_size, status.st_ino
    return Found(str(path), stamp, partial(load_model, path))


def model_file(location: str) -> Path:
    """The file itself, or the newest *.json of a directory, by time of change."""
    path = Path(location)
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    if not files:
        raise ModelError(f"{location}: no model file (*.json) in this directory")
    return files[-1]
