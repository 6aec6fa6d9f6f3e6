"""The REST server's routes."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from rowtime.ksql.endpoints import (
    close_query,
    cluster,
    info,
    inserts_stream,
    ksql,
    query,
    status,
    terminate,
    valid_property,
    ws_query,
)
from rowtime.ksql.errors import generic
from rowtime.ksql.service import Service

log = logging.getLogger("rowtime.ksql")


def create_app(service: Service) -> Starlette:
    """An ASGI application in front of an engine."""
    post_query = query.endpoint(query.QUERY, "ksql", "streamsProperties")
    post_query_stream = query.endpoint(query.QUERY_STREAM, "sql", "properties")
    app = Starlette(
        routes=[
            Route("/", info.root),
            Route("/info", info.info),
            Route("/healthcheck", info.healthcheck),
            Route("/chc/live", info.alive),
            Route("/chc/ready", info.alive),
            Route("/clusterStatus", info.cluster_status),
            Route("/v1/metadata", info.metadata),
            Route("/v1/metadata/id", info.metadata_id),
            Route("/status", status.all_commands),
            Route("/status/{type}/{entity}/{action}", status.one),
            Route("/is_valid_property/{name}", valid_property.get),
            Route("/ksql", ksql.post, methods=["POST"]),
            Route("/ksql/terminate", terminate.post, methods=["POST"]),
            Route("/heartbeat", cluster.heartbeat, methods=["POST"]),
            Route("/lag", cluster.lag, methods=["POST"]),
            WebSocketRoute("/ws/query", ws_query.query),
            Route("/query", post_query, methods=["POST"]),
            Route("/query-stream", post_query_stream, methods=["POST"]),
            Route("/close-query", close_query.post, methods=["POST"]),
            Route("/inserts-stream", inserts_stream.InsertsStream(service), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
    )
    app.state.service = service
    return app


async def _http_error(request: Request, e: Exception) -> Response:
    assert isinstance(e, HTTPException)
    return generic(f"HTTP {e.status_code}: {e.detail}", e.status_code * 100)


async def _server_error(request: Request, e: Exception) -> Response:
    log.error("%s %s", request.method, request.url.path, exc_info=e)
    return generic(f"{type(e).__name__}: {e}", 50000)
