"""Starting and stopping the sidecar."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable

from confluent_kafka import KafkaException

from scoring.errors import ConfigError, ModelError, NoModel, RegistryError, ScoringError
from scoring.sidecar.batch import Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.http import HealthServer
from scoring.sidecar.log import NAME, event, set_up
from scoring.sidecar.loop import Loop
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.model_source import ModelFiles
from scoring.sidecar.models import ModelSlot
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.replays import Replays
from scoring.sidecar.writer import source_and_writer

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
RETRY_SECONDS = 1.0
REPLAYS_SECONDS = 8.0
GC_THRESHOLD = (100_000, 50, 100)


class StopSignal:
    """Set by SIGTERM, SIGINT or the caller."""

    def __init__(self, given: threading.Event | None) -> None:
        self.event = given or threading.Event()
        self.number = 0

    def install(self) -> None:
        """Catch SIGTERM and SIGINT, where this is the main thread."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._caught)

    def _caught(self, number: int, frame: object) -> None:
        self.number = number
        self.event.set()


def run(config: SidecarConfig, stop: threading.Event | None = None) -> int:
    """Score until SIGTERM, SIGINT or `stop`; gives the exit code.

    0: stopped as told, the last transaction committed and the group left. 1: had to stop, the log says why.
    2: wrong settings or model. 130: interrupted by SIGINT.
    """
    set_up(config.log_format)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    signals = StopSignal(stop)
    signals.install()
    try:
        _serve(config, signals.event)
    except (ConfigError, ModelError) as error:
        event("cannot start", logging.ERROR, error=str(error))
        return USAGE
    except (ScoringError, KafkaException) as error:
        event("stopped by an error", logging.ERROR, error=str(error))
        return FAILED
    except Exception as error:
        logging.getLogger(NAME).exception("stopped by a fault", extra={"fields": {"error": repr(error)}})
        return FAILED
    event("stop", signal=signals.number)
    return INTERRUPTED if signals.number == signal.SIGINT else OK


def _serve(config: SidecarConfig, stop: threading.Event) -> None:
    metrics = Metrics()
    if config.model:
        ModelFiles(config.model).look().champions[0].load()
    server = HealthServer(config.http, metrics) if config.http else None
    event("start", pid=os.getpid(), transactional_id=config.transactional_id, input=config.input_topic,
          bootstrap_servers=config.bootstrap_servers, http_port=server.port if server else None)
    try:
        _score(config, metrics, stop)
    finally:
        if server:
            server.close()


def _score(config: SidecarConfig, metrics: Metrics, stop: threading.Event) -> None:
    registry = SchemaRegistry(config.schema_registry_url, config.schema_registry_auth, ca=config.schema_registry_ca)
    models = _wait_for(lambda: ModelSlot(config, registry, _schemas(config, registry), metrics), metrics, stop)
    if models is None:
        return
    models.watch(stop)
    ending = threading.Event()
    source, writer = source_and_writer(config, stop.is_set, lambda: stop.is_set() or ending.is_set())
    replays = Replays(config, models, metrics, stop)
    try:
        replays.start()
        Loop(config, source, models, writer, metrics, stop.is_set).run()
    finally:
        ending.set()
        source.close()
    replays.join(REPLAYS_SECONDS)
    if replays.failure is not None:
        raise replays.failure


def _schemas(config: SidecarConfig, registry: SchemaRegistry) -> Schemas:
    return Schemas(registry.latest(f"{config.flag_topic}-value"), registry.latest(f"{config.dead_letter_topic}-value"))


def _wait_for(make: Callable[[], ModelSlot], metrics: Metrics, stop: threading.Event) -> ModelSlot | None:
    """Try until the registry answers and has the subjects, and there is a model; None where told to stop first."""
    said = ""
    while not stop.is_set():
        try:
            return make()
        except (RegistryError, NoModel) as error:
            if str(error) != said:
                said = str(error)
                event("waiting", logging.WARNING, reason=said)
                metrics.waiting(said)
            stop.wait(RETRY_SECONDS)
    return None
