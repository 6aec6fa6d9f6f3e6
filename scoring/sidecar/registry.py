"""Schemas from the registry: by id for decoding, by subject for encoding; cached."""

from __future__ import annotations

from typing import Any

import requests

from scoring.errors import RegistryError, UnknownSchema

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"


class SchemaRegistry:
    """A client that asks each question once. Raises RegistryError while there is no answer; asking again is right."""

    def __init__(self, url: str, auth: str = "", timeout: float = 10.0, ca: str = "") -> None:
        self._urls = [part.strip().rstrip("/") for part in url.split(",")]
        self._timeout, self._verify = timeout, ca or True
        self._session = requests.Session()
        self._session.headers["Accept"] = CONTENT_TYPE
        if auth:
            user, _, password = auth.partition(":")
            self._session.auth = (user, password)
        self._by_id: dict[int, str] = {}

    def schema(self, schema_id: int) -> str:
        """The schema of an id as JSON text; UnknownSchema where the registry has none."""
        if schema_id not in self._by_id:
            answer = self._get(f"/schemas/ids/{schema_id}", f"schema id {schema_id}")
            if answer.get("schemaType", "AVRO") != "AVRO":
                raise UnknownSchema(f"schema id {schema_id} is {answer['schemaType']}, not Avro")
            self._by_id[schema_id] = answer["schema"]
        return self._by_id[schema_id]

    def latest(self, subject: str) -> tuple[int, str]:
        """A subject's newest schema: (id, JSON text). Not cached."""
        answer = self._get(f"/subjects/{subject}/versions/latest", f"subject {subject}")
        return answer["id"], answer["schema"]

    def _get(self, path: str, what: str) -> dict[str, Any]:
        problems = []
        for url in self._urls:
            try:
                response = self._session.get(url + path, timeout=self._timeout, verify=self._verify)
                return _answer(response, what, url)
            except requests.RequestException as error:
                problems.append(f"schema registry {url} does not answer ({type(error).__name__})")
        raise RegistryError("; ".join(problems))


def _answer(response: requests.Response, what: str, url: str) -> dict[str, Any]:
    if response.status_code == 404:
        raise UnknownSchema(f"schema registry {url} has no {what}")
    if response.status_code in (401, 403):
        raise RegistryError(f"schema registry {url} refuses the user or password ({response.status_code}) for {what}")
    if response.status_code != 200:
        raise RegistryError(f"schema registry {url} answers {response.status_code} for {what}")
    try:
        answer = response.json()
    except ValueError as error:
        raise RegistryError(f"schema registry {url} answers {what} with something that is not JSON") from error
    if not isinstance(answer, dict) or "schema" not in answer:
        raise RegistryError(f"schema registry {url} answers {what} without a schema")
    return answer
