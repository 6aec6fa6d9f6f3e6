"""GET /info, /, /healthcheck, /chc/live, /chc/ready, /clusterStatus, /v1/metadata, /v1/metadata/id."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from rowtime.ksql.endpoints.common import service_of
from rowtime.ksql.service import COMPATIBLE_VERSION, Service


def _service_id(service: Service) -> str:
    return str(service.engine.config.get("ksql.service.id", "default_"))


def _cluster_id(service: Service) -> str:
    return str(service.engine.config.get("kafka.cluster.id", "rowtime"))


async def root(request: Request) -> Response:
    return RedirectResponse("/info", 307)


async def info(request: Request) -> Response:
    service = service_of(request)
    return JSONResponse({
        "KsqlServerInfo": {
            "version": COMPATIBLE_VERSION, "kafkaClusterId": _cluster_id(service),
            "ksqlServiceId": _service_id(service), "serverStatus": "RUNNING",
        }
    })  # fmt: skip


async def healthcheck(request: Request) -> Response:
    healthy: dict[str, Any] = {"isHealthy": True}
    details = {"metastore": healthy, "kafka": healthy, "commandRunner": healthy}
    return JSONResponse({"isHealthy": True, "details": details, "serverState": "READY"})


async def alive(request: Request) -> Response:
    return JSONResponse({"response": "OK"})


async def cluster_status(request: Request) -> Response:
    service = service_of(request)
    host = {
        "hostAlive": True, "lastStatusUpdateMs": service.now_ms(), "activeStandbyPerQuery": {},
        "hostStoreLags": {"stateStoreLags": {}, "updateTimeMs": 0},
    }  # fmt: skip
    return JSONResponse({"clusterStatus": {service.host: host}})


async def metadata(request: Request) -> Response:
    return JSONResponse({"version": COMPATIBLE_VERSION, "clusterId": _scope(service_of(request))})


async def metadata_id(request: Request) -> Response:
    return JSONResponse(_scope(service_of(request)))


def _scope(service: Service) -> dict[str, Any]:
    clusters = {"kafka-cluster": _cluster_id(service), "ksql-cluster": _service_id(service)}
    return {"id": "", "scope": {"path": [], "clusters": clusters}}
