"""The three stacks the end-to-end tests can stand on. Each gives Addresses; only the embedded one can be killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fraudstream.addresses import VARIABLES, Addresses


@contextmanager
def embedded(data_dir: Path) -> Iterator[Addresses]:
    """rowtime on free ports with its data in `data_dir`."""
    from rowtime.serve import Stack

    with Stack(data_dir) as stack:
        yield Addresses(stack.kafka, stack.registry, stack.ksql)


@contextmanager
def external() -> Iterator[Addresses]:
    """The stack named by the environment."""
    missing = [v for v in VARIABLES.values() if not os.environ.get(v)]
    if missing:
        pytest.skip(f"--stack external needs {', '.join(missing)} in the environment")
    yield Addresses(**{name: os.environ[v] for name, v in VARIABLES.items()})


@contextmanager
def docker() -> Iterator[Addresses]:
    """Kafka, Schema Registry and ksqlDB of docker-compose.yml by testcontainers, on their usual host ports."""
    from testcontainers.compose import DockerCompose
    from testcontainers.core.docker_client import DockerClient

    try:
        DockerClient().client.ping()
    except Exception as error:  # docker-py raises many kinds when nothing answers
        pytest.skip(f"--stack docker needs a Docker daemon: {error}")
    root = Path(__file__).resolve().parents[2]
    services = ["kafka", "schema-registry", "ksqldb-server"]
    with DockerCompose(str(root), compose_file_name="docker-compose.yml", services=services, wait=True):
        yield Addresses("127.0.0.1:9092", "http://127.0.0.1:8081", "http://127.0.0.1:8088")
