"""A small Schema Registry client: what deploying and producing need, over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import requests

from fraudstream.errors import UserError
from scoring.security import HttpSecurity, http_security

_JSON = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND = frozenset({40401, 40402, 40403, 40408})


class RegistryError(UserError):
    """A request that the registry refused, with its error code (0 when no answer came)."""

    def __init__(self, message: str, code: int = 0):
        super().__init__(message)
        self.code = code


class SchemaRegistry:
    """One registry; timeout in seconds, security as the environment says unless given. Methods raise RegistryError."""

    def __init__(self, url: str, security: HttpSecurity | None = None, timeout: float = 30.0):
        self.url, self.timeout = url.rstrip("/"), timeout
        self.security = security or http_security("SCHEMA_REGISTRY")
        self.session = requests.Session()
        self.session.auth = self.security.auth

    def subjects(self) -> list[str]:
        return self._call("GET", "/subjects")

    def register(self, subject: str, schema: dict[str, Any]) -> int:
        """The schema's id; a schema that is there already keeps its own. Refused with 409 when incompatible."""
        return int(self._call("POST", f"/subjects/{_path(subject)}/versions", {"schema": json.dumps(schema)})["id"])

    def find(self, subject: str, schema: dict[str, Any]) -> dict[str, Any] | None:
        """id and version of exactly this schema under the subject; None when it is not there."""
        return self._find("POST", f"/subjects/{_path(subject)}", {"schema": json.dumps(schema)})

    def latest(self, subject: str) -> dict[str, Any] | None:
        """id, version and schema (text) of the subject's newest schema; None without one."""
        return self._find("GET", f"/subjects/{_path(subject)}/versions/latest")

    def schema(self, schema_id: int) -> dict[str, Any] | None:
        """The schema of an id; None when the id is unknown."""
        found = self._find("GET", f"/schemas/ids/{schema_id}")
        return json.loads(found["schema"]) if found else None

    def compatibility(self, subject: str) -> str | None:
        """The subject's own mode; None when it follows the registry's."""
        found = self._find("GET", f"/config/{_path(subject)}")
        return found.get("compatibilityLevel") if found else None

    def set_compatibility(self, subject: str, mode: str) -> None:
        self._call("PUT", f"/config/{_path(subject)}", {"compatibility": mode})

    def delete(self, subject: str) -> None:
        """Delete all versions, softly and then for good; nothing happens when there are none."""
        if self._find("DELETE", f"/subjects/{_path(subject)}") is not None:
            self._find("DELETE", f"/subjects/{_path(subject)}?permanent=true")

    def _find(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return self._call(method, path, body)
        except RegistryError as error:
            if error.code in _NOT_FOUND:
                return None
            raise

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            response = self.session.request(method, self.url + path, json=body, timeout=self.timeout,
                                            headers={"Accept": _JSON}, verify=self.security.verify)
        except requests.RequestException as error:
            raise RegistryError(f"no Schema Registry answers at {self.url}: {_reason(error)}") from error
        if response.status_code in (401, 403):
            raise RegistryError(f"{self.url} refuses the user or password (HTTP {response.status_code}): "
                                "look at SCHEMA_REGISTRY_BASIC_AUTH", response.status_code)
        try:
            answer = response.json()
        except ValueError:
            raise RegistryError(f"{self.url}{path} did not answer JSON: is it a Schema Registry?",
                                response.status_code) from None
        if response.status_code != 200:
            code = int(answer.get("error_code") or response.status_code)
            raise RegistryError(str(answer.get("message") or f"HTTP {response.status_code}"), code)
        return answer


def _path(subject: str) -> str:
    return quote(subject, safe="")


def _reason(error: Exception) -> str:
    text = str(error)
    for sign, reason in (("CERTIFICATE_VERIFY_FAILED",
                          "its certificate is not trusted (SCHEMA_REGISTRY_CA_FILE names an authority)"),
                         ("refused", "connection refused"), ("timed out", "timed out")):
        if sign in text:
            return reason
    return text[:160]
