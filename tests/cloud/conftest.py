"""Fixtures: the embedded stack behind HTTPS and basic auth, credentials in files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from secured_proxy import Authority, SecuredProxy

from fraudstream.addresses import Addresses
from tests.e2e.stacks import embedded


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """An embedded stack."""
    with embedded(tmp_path_factory.mktemp("rowtime")) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@dataclass(frozen=True)
class Secured:
    """Addresses of a stack that asks for credentials, and the environment that gives them."""

    addresses: Addresses
    environment: dict[str, str]
    registry: SecuredProxy
    ksqldb: SecuredProxy


@pytest.fixture(scope="module")
def secured(stack: Addresses, authority: Authority) -> Iterator[Secured]:
    """The embedded registry and ksqlDB as a managed cloud offers them: HTTPS, API keys."""
    registry = SecuredProxy(stack.registry, "RKEY", "registry-canary", authority)
    ksqldb = SecuredProxy(stack.ksqldb, "QKEY", "ksqldb-canary", authority)
    (authority.directory / "registry").write_text("RKEY:registry-canary\n")
    (authority.directory / "ksqldb").write_text("QKEY:ksqldb-canary\n")
    environment = {
        "SCHEMA_REGISTRY_BASIC_AUTH_FILE": str(authority.directory / "registry"),
        "SCHEMA_REGISTRY_CA_FILE": str(authority.ca),
        "KSQLDB_BASIC_AUTH_FILE": str(authority.directory / "ksqldb"),
        "KSQLDB_CA_FILE": str(authority.ca),
    }
    yield Secured(Addresses(stack.kafka, registry.url, ksqldb.url), environment, registry, ksqldb)
    registry.close()
    ksqldb.close()
