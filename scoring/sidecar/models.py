"""The model in use, replaced at a batch's boundary when a better file appears."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from scoring.avro.schema import parse_record
from scoring.errors import ModelError, RegistryError, ScoringError
from scoring.model.check import check_against
from scoring.model.load import load_model
from scoring.model.model import Model
from scoring.sidecar.batch import BatchScorer, Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.log import event
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.registry import SchemaRegistry

Stamp = tuple[str, int, int, int]


class ModelSlot:
    """Holds the scorer of one model; a file that cannot be used leaves the old one in place."""

    def __init__(
        self, config: SidecarConfig, registry: SchemaRegistry, schemas: Schemas, metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._registry, self._schemas, self._metrics = config, registry, schemas, metrics
        self._clock, self._looked = clock, clock()
        self._stamp = _stamp(model_file(config.model))
        self.scorer = self._load(model_file(config.model))

    def refresh(self) -> None:
        """Look, every reload_seconds, whether the model file changed."""
        now = self._clock()
        if not self._config.reload_seconds or now - self._looked < self._config.reload_seconds:
            return
        self._looked = now
        try:
            path = model_file(self._config.model)
            stamp = _stamp(path)
        except ModelError as error:
            event("model not there", logging.ERROR, error=str(error), kept=self.scorer.model.version)
            return
        if stamp != self._stamp:
            self._stamp = stamp
            self._replace(path)

    def _replace(self, path: Path) -> None:
        try:
            self.scorer = self._load(path)
        except RegistryError as error:
            self._stamp = ("", 0, 0, 0)
            event("model later", logging.WARNING, path=str(path), reason=str(error), kept=self.scorer.model.version)
        except ScoringError as error:
            self._metrics.add("reloads_total", result="refused")
            event("model refused", logging.ERROR, error=str(error), kept=self.scorer.model.version)
        else:
            self._metrics.add("reloads_total", result="ok")

    def _load(self, path: Path) -> BatchScorer:
        model = load_model(path)
        stream = self._registry.latest(f"{self._config.input_topic}-value")[1]
        check_against(model, stream)
        scorer = BatchScorer(self._config, model, self._registry, self._schemas, stream)
        self._metrics.model(model.version, model.hash)
        event("model", version=model.version, hash=model.hash, path=str(path))
        return scorer


def model_file(location: str) -> Path:
    """The file itself, or the newest *.json of a directory, by time of change."""
    path = Path(location)
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    if not files:
        raise ModelError(f"{location}: no model file (*.json) in this directory")
    return files[-1]


def check_model(config: SidecarConfig, registry: SchemaRegistry) -> Model:
    """The configured model, checked against the input stream's newest schema."""
    model = load_model(model_file(config.model))
    check_against(model, parse_record(registry.latest(f"{config.input_topic}-value")[1]))
    return model


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    return str(path), status.st_mtime_ns, status.st_size, status.st_ino
