"""The models in use, replaced at a batch's boundary by what a thread of its own has found, read and checked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from scoring.errors import ModelError, NoModel, RegistryError, ScoringError
from scoring.model.check import check_against
from scoring.model.model import Model
from scoring.sidecar.batch import BatchScorer, Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.log import event
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.model_source import Found, ModelFiles, ModelSource, Wanted
from scoring.sidecar.model_topic import ModelTopic
from scoring.sidecar.registry import SchemaRegistry


class ModelSlot:
    """Holds the scorer of one champion and its challengers; a model that cannot be used leaves the old one in place.

    One that the stream cannot feed is tried again when the stream's schema changes. Raises ModelError where there is no
    usable champion to begin with, NoModel where it may come.
    """

    def __init__(
        self, config: SidecarConfig, registry: SchemaRegistry, schemas: Schemas, metrics: Metrics,
        source: ModelSource | None = None,
    ) -> None:
        self._config, self._registry, self._schemas, self._metrics = config, registry, schemas, metrics
        self._source = source or model_source(config)
        self._next: BatchScorer | None = None
        self._lock = threading.Lock()
        self._said, self._refusals = "", 0
        try:
            wanted = self._source.look()
            self._stamp: object = wanted.stamp
            self._stream = self._newest_schema()
            self.scorer = self._make(self._first_champion(wanted), self._challengers(wanted))
        except BaseException:
            self._source.close()
            raise
        self._in_use()

    def refresh(self) -> None:
        """At a batch's boundary: from here on the models that look() has made ready. Never waits."""
        if self._next is None:
            return
        with self._lock:
            self.scorer, self._next = self._next, None
        self._in_use()

    def another(self) -> BatchScorer:
        """A second scorer of the models in use, for another thread."""
        return self._make(self.scorer.model, self.scorer.challengers)

    def look(self) -> None:
        """See whether other models are wanted, read and check them. May wait for files, Kafka and the registry."""
        try:
            wanted = self._source.look()
            if wanted.stamp != self._stamp or (self._refusals and self._newest_schema() != self._stream):
                self._stream, self._refusals = self._newest_schema(), 0
                ready = self._prepare(wanted)
                with self._lock:
                    self._next = ready
                self._stamp, self._said = wanted.stamp, ""
        except (ModelError, NoModel) as error:
            self._say("model not there", logging.ERROR, error)
        except RegistryError as error:
            self._say("model later", logging.WARNING, error)

    def watch(self, stop: threading.Event) -> None:
        """look() every reload_seconds, in a thread, until told to stop; then let go of the source."""
        if self._config.reload_seconds:
            threading.Thread(target=self._watch, args=(stop,), name="models", daemon=True).start()

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(self._config.reload_seconds):
            try:
                self.look()
            except Exception as error:
                self._say("model later", logging.ERROR, error)
        self._source.close()

    def _newest_schema(self) -> str:
        return self._registry.latest(f"{self._config.input_topic}-value")[1]

    def _first_champion(self, wanted: Wanted) -> Model:
        """The first that can be used; the error of the one wanted where none can."""
        problems: list[ScoringError] = []
        for found in wanted.champions:
            try:
                return self._load(found)
            except ModelError as error:
                problems.append(error)
                if len(wanted.champions) > 1:
                    self._refused(error, found)
        raise problems[0]

    def _prepare(self, wanted: Wanted) -> BatchScorer:
        """The present champion stays where the one wanted cannot be used."""
        kept = self.scorer.model
        try:
            champion = self._load(wanted.champions[0])
            self._metrics.add("reloads_total", result="ok")
        except ModelError as error:
            champion = kept
            self._refused(error, wanted.champions[0], kept=kept.version)
        return self._make(champion, self._challengers(wanted))

    def _challengers(self, wanted: Wanted) -> list[Model]:
        models = []
        for found in wanted.challengers:
            try:
                models.append(self._load(found))
            except ModelError as error:
                self._refused(error, found, role="challenger")
        return models

    def _load(self, found: Found) -> Model:
        model = found.load()
        check_against(model, self._stream)
        return model

    def _make(self, champion: Model, challengers: Iterable[Model]) -> BatchScorer:
        others = {model.version: model for model in challengers if model.version != champion.version}
        return BatchScorer(self._config, champion, self._registry, self._schemas, self._stream, list(others.values()))

    def _refused(self, error: ModelError, found: Found, **fields: str) -> None:
        self._refusals += 1
        self._metrics.add("reloads_total", result="refused")
        event("model refused", logging.ERROR, error=str(error), origin=found.origin, **fields)

    def _in_use(self) -> None:
        model, challengers = self.scorer.model, self.scorer.challengers
        self._metrics.models(model, challengers)
        event("model", version=model.version, hash=model.hash, challengers=[c.version for c in challengers])

    def _say(self, name: str, level: int, error: Exception) -> None:
        if str(error) != self._said:
            self._said = str(error)
            event(name, level, error=str(error), kept=self.scorer.model.version)


def model_source(config: SidecarConfig) -> ModelSource:
    """The topic, with the file or directory to fall back on, or one of these alone."""
    files = ModelFiles(config.model) if config.model else None
    if config.model_topic:
        return ModelTopic(config, files)
    return files or ModelFiles("")
