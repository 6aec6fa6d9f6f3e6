"""The Schema Registry protocol over HTTP (Confluent 7.9): routes, parameters, shapes of answers.

`normalize` changes nothing: schemas are always stored and compared in the one form that Java Avro writes.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowtime.registry import errors
from rowtime.registry.avro_text import canonical
from rowtime.registry.errors import RegistryError
from rowtime.registry.state import Registered
from rowtime.registry.store import SchemaStore

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_ACCEPTED = {CONTENT_TYPE, "application/vnd.schemaregistry+json", "application/json", "application/octet-stream"}
MAX_BODY = 10 << 20


def create_app(store: SchemaStore) -> Starlette:
    """An ASGI application; it needs no lifespan."""
    api = RegistryApi(store)
    routes = [
        Route(path, _endpoint(store, getattr(api, name)), methods=[method]) for method, path, name in _ROUTES
    ]
    handlers: dict[Any, Any] = {RegistryError: _refused, HTTPException: _http_error}
    return Starlette(routes=routes, exception_handlers=handlers)


_ROUTES = (
    ("GET", "/", "root"),
    ("GET", "/subjects", "subjects"),
    ("POST", "/subjects/{subject}", "look_up"),
    ("DELETE", "/subjects/{subject}", "delete_subject"),
    ("GET", "/subjects/{subject}/versions", "versions"),
    ("POST", "/subjects/{subject}/versions", "register"),
    ("GET", "/subjects/{subject}/versions/{version}", "version"),
    ("DELETE", "/subjects/{subject}/versions/{version}", "delete_version"),
    ("GET", "/subjects/{subject}/versions/{version}/schema", "version_schema"),
    ("GET", "/subjects/{subject}/versions/{version}/referencedby", "referenced_by"),
    ("GET", "/schemas", "schemas"),
    ("GET", "/schemas/types", "types"),
    ("GET", "/schemas/ids/{id:int}", "by_id"),
    ("GET", "/schemas/ids/{id:int}/schema", "schema_by_id"),
    ("GET", "/schemas/ids/{id:int}/subjects", "subjects_by_id"),
    ("GET", "/schemas/ids/{id:int}/versions", "versions_by_id"),
    ("POST", "/compatibility/subjects/{subject}/versions", "compatible_with_all"),
    ("POST", "/compatibility/subjects/{subject}/versions/{version}", "compatible_with"),
    ("GET", "/config", "config"),
    ("PUT", "/config", "set_config"),
    ("DELETE", "/config", "delete_config"),
    ("GET", "/config/{subject}", "subject_config"),
    ("PUT", "/config/{subject}", "set_config"),
    ("DELETE", "/config/{subject}", "delete_config"),
    ("GET", "/mode", "mode"),
    ("PUT", "/mode", "set_mode"),
    ("GET", "/mode/{subject}", "subject_mode"),
    ("PUT", "/mode/{subject}", "set_mode"),
    ("DELETE", "/mode/{subject}", "delete_mode"),
)


def _endpoint(
    store: SchemaStore, handler: Callable[[Request], Awaitable[Any]]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        found = await handler(request)
        await store.durable()
        text = found.text if isinstance(found, _Raw) else _dump(found)
        return Response(text, media_type=CONTENT_TYPE)

    return answer


class _Raw:
    """A body that is JSON text already."""

    def __init__(self, text: str):
        self.text = text


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


async def _refused(request: Request, error: RegistryError) -> Response:
    return _error(error.status, error.code, error.message)


async def _http_error(request: Request, error: HTTPException) -> Response:
    return _error(error.status_code, error.status_code, f"HTTP {error.status_code} {error.detail}")


def _error(status: int, code: int, message: str) -> Response:
    return Response(_dump({"error_code": code, "message": message}), status, media_type=CONTENT_TYPE)


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object sent; 415 for a type that a web page may send unasked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _ACCEPTED:
        raise HTTPException(415, "Unsupported Media Type")
    size = request.headers.get("content-length", "0")
    if not size.isdigit() or int(size) > MAX_BODY:
        raise HTTPException(413, "Request Entity Too Large")
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "Bad Request") from error
    if not isinstance(found, dict):
        raise HTTPException(400, "Bad Request")
    return found


def _flag(request: Request, name: str) -> bool:
    return request.query_params.get(name, "false").lower() == "true"


def _number(text: str) -> int | None:
    """A version from a path; None: the latest."""
    if text in ("latest", "-1"):
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) < 1 << 31:
        raise errors.invalid_version(text)
    return int(text)


def _text(value: Any) -> str:
    """A schema from a body: its text, or the schema itself."""
    return value if isinstance(value, str) else _dump(value)


class RegistryApi:
    """One method a route; each answers what becomes the JSON body."""

    def __init__(self, store: SchemaStore):
        self._store, self._state = store, store.state

    async def root(self, request: Request) -> Any:
        return {}

    # subjects

    async def subjects(self, request: Request) -> Any:
        deleted, only = _flag(request, "deleted"), _flag(request, "deletedOnly")
        prefix = request.query_params.get("subjectPrefix", "")
        return [
            subject
            for subject in sorted(self._state.subjects)
            if subject.startswith(prefix) and self._listed(subject, deleted, only)
        ]

    def _listed(self, subject: str, deleted: bool, only: bool) -> bool:
        live = bool(self._state.versions(subject))
        return not live if only else live or deleted

    async def versions(self, request: Request) -> Any:
        return [one.version for one in self._state.existing(request.path_params["subject"], _flag(request, "deleted"))]

    async def version(self, request: Request) -> Any:
        return self._described(request.path_params["subject"], self._found(request))

    async def version_schema(self, request: Request) -> Any:
        return _Raw(self._state.text(self._found(request).schema_id))

    async def referenced_by(self, request: Request) -> Any:
        self._found(request)
        return []

    def _found(self, request: Request) -> Registered:
        number = _number(request.path_params["version"])
        return self._state.version(request.path_params["subject"], number, _flag(request, "deleted"))

    def _described(self, subject: str, found: Registered) -> dict[str, Any]:
        text = self._state.text(found.schema_id)
        return {"subject": subject, "version": found.version, "id": found.schema_id, "schema": text}

    async def register(self, request: Request) -> Any:
        subject, body = request.path_params["subject"], await _body(request)
        if "schema" not in body:
            found = self._described(subject, self._state.version(subject, None))
            return {key: found[key] for key in ("id", "version", "schema")}
        self._refuse_foreign(body)
        return {"id": await self._store.register(subject, _text(body["schema"]), body.get("schemaType") or "AVRO")}

    def _refuse_foreign(self, body: dict[str, Any]) -> None:
        if body.get("references"):
            raise errors.references_refused()
        if body.get("id", -1) not in (-1, 0, None):
            raise errors.import_refused()

    async def look_up(self, request: Request) -> Any:
        subject, body = request.path_params["subject"], await _body(request)
        self._refuse_foreign(body)
        deleted = _flag(request, "deleted")
        self._state.existing(subject, deleted)
        schema = self._store.read(subject, _text(body.get("schema", "")), body.get("schemaType") or "AVRO")
        found = self._store.find(subject, canonical(schema), deleted)
        if found is None:
            raise errors.schema_not_found()
        return self._described(subject, found)

    async def delete_subject(self, request: Request) -> Any:
        return await self._store.delete_versions(request.path_params["subject"], _flag(request, "permanent"))

    async def delete_version(self, request: Request) -> Any:
        number = _number(request.path_params["version"])
        return await self._store.delete_version(request.path_params["subject"], number, _flag(request, "permanent"))

    # schemas

    async def types(self, request: Request) -> Any:
        return ["AVRO"]

    async def schemas(self, request: Request) -> Any:
        prefix = request.query_params.get("subjectPrefix", "")
        latest = _flag(request, "latestOnly")
        found = []
        for subject in sorted(self._state.subjects):
            if subject.startswith(prefix):
                versions = self._state.versions(subject, _flag(request, "deleted"))
                found += [self._described(subject, one) for one in (versions[-1:] if latest else versions)]
        return found

    async def by_id(self, request: Request) -> Any:
        answer: dict[str, Any] = {"schema": self._state.text(request.path_params["id"])}
        if _flag(request, "fetchMaxId"):
            answer["maxId"] = self._state.max_id
        return answer

    async def schema_by_id(self, request: Request) -> Any:
        return _Raw(self._state.text(request.path_params["id"]))

    async def subjects_by_id(self, request: Request) -> Any:
        return list(dict.fromkeys(subject for subject, _ in self._uses(request)))

    async def versions_by_id(self, request: Request) -> Any:
        return [{"subject": subject, "version": version} for subject, version in self._uses(request)]

    def _uses(self, request: Request) -> list[tuple[str, int]]:
        number = request.path_params["id"]
        self._state.text(number)
        return sorted(self._state.uses(number, _flag(request, "deleted")))

    # compatibility

    async def compatible_with(self, request: Request) -> Any:
        subject, number = request.path_params["subject"], _number(request.path_params["version"])
        if number is None:
            return await self._compatible(request, self._state.versions(subject)[-1:])
        return await self._compatible(request, [self._state.version(subject, number)])

    async def compatible_with_all(self, request: Request) -> Any:
        return await self._compatible(request, self._state.versions(request.path_params["subject"]))

    async def _compatible(self, request: Request, versions: list[Registered]) -> Any:
        subject, body = request.path_params["subject"], await _body(request)
        self._refuse_foreign(body)
        new = self._store.read(subject, _text(body.get("schema", "")), body.get("schemaType") or "AVRO")
        reasons = self._store.reasons_against(subject, new, versions)
        answer: dict[str, Any] = {"is_compatible": not reasons}
        if _flag(request, "verbose"):
            answer["messages"] = reasons
        return answer

    # settings

    async def config(self, request: Request) -> Any:
        return {"compatibilityLevel": self._state.global_level}

    async def subject_config(self, request: Request) -> Any:
        subject = request.path_params["subject"]
        if subject not in self._state.levels and not _flag(request, "defaultToGlobal"):
            raise errors.no_subject_config(subject)
        return {"compatibilityLevel": self._state.level(subject)}

    async def set_config(self, request: Request) -> Any:
        level = (await _body(request)).get("compatibility")
        if not isinstance(level, str):
            raise errors.invalid_level()
        return {"compatibility": await self._store.set_level(request.path_params.get("subject"), level)}

    async def delete_config(self, request: Request) -> Any:
        return {"compatibilityLevel": await self._store.delete_level(request.path_params.get("subject"))}

    async def mode(self, request: Request) -> Any:
        return {"mode": self._state.global_mode}

    async def subject_mode(self, request: Request) -> Any:
        subject = request.path_params["subject"]
        if subject not in self._state.modes and not _flag(request, "defaultToGlobal"):
            raise errors.no_subject_mode(subject)
        return {"mode": self._state.mode(subject)}

    async def set_mode(self, request: Request) -> Any:
        mode = (await _body(request)).get("mode")
        if not isinstance(mode, str):
            raise errors.invalid_mode()
        return {"mode": await self._store.set_mode(request.path_params.get("subject"), mode)}

    async def delete_mode(self, request: Request) -> Any:
        return {"mode": await self._store.delete_mode(request.path_params["subject"])}
