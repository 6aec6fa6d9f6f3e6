"""HTTP/1.1 to a ksqlDB server: one session with keep-alive, errors as KsqlDbError, lines as they arrive."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from fraudstream.ksqldb.errors import KsqlDbError, KsqlDbUnreachable
from scoring.security import HttpSecurity, http_security

JSON = "application/vnd.ksql.v1+json"
DELIMITED = "application/vnd.ksqlapi.delimited.v1"
_REASONS = {
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted (KSQLDB_CA_FILE names an authority)",
    "refused": "connection refused",
    "resolve": "unknown host",
    "timed out": "timed out",
}


class KeepAliveAdapter(HTTPAdapter):
    """Sockets that notice a dead peer: a push query may say nothing for hours."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        options = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        for name, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4)):
            if hasattr(socket, name):
                options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
        super().init_poolmanager(*args, socket_options=options, **kwargs)


class Transport:
    """Requests to one server. timeout is for connecting and for one answer, in seconds."""

    def __init__(self, url: str, security: HttpSecurity | None = None, timeout: float = 60.0):
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.security = security or http_security("KSQLDB")
        self.session = requests.Session()
        self.session.auth = self.security.auth
        self.session.mount("http://", KeepAliveAdapter())
        self.session.mount("https://", KeepAliveAdapter())

    def get(self, path: str, accepted: Iterable[int] = (200,)) -> Any:
        """The JSON that GET path answers with one of the accepted statuses."""
        response = self._send("GET", path, None, None, stream=False)
        self._check(response, "", accepted)
        return _json(response)

    def post(self, path: str, body: Mapping[str, Any], accept: str = JSON, statement: str = "") -> Any:
        """The JSON that POST path answers; None when it is empty."""
        response = self._send("POST", path, body, accept, stream=False)
        self._check(response, statement)
        return _json(response) if response.content else None

    def stream(self, path: str, body: Mapping[str, Any], statement: str = "") -> requests.Response:
        """A response whose lines are still coming; without a limit on the time between them. The caller closes it."""
        response = self._send("POST", path, body, DELIMITED, stream=True)
        self._check(response, statement)
        return response

    def close(self) -> None:
        self.session.close()

    def _send(self, method: str, path: str, body: Any, accept: str | None, stream: bool) -> requests.Response:
        timeout = (self.timeout, None) if stream else self.timeout
        headers = {"Accept": accept} if accept else {}
        try:
            return self.session.request(method, self.url + path, json=body, headers=headers, timeout=timeout,
                                        stream=stream, verify=self.security.verify)
        except requests.RequestException as error:
            raise unreachable(self.url, error) from error

    @staticmethod
    def _check(response: requests.Response, statement: str, accepted: Iterable[int] = (200,)) -> None:
        if response.status_code in accepted:
            return
        if response.status_code == 401:
            raise KsqlDbError(f"{response.url} refuses the user or password: look at KSQLDB_BASIC_AUTH", 40100,
                              statement)
        try:
            body = response.json()
        except ValueError:
            body = {"message": f"HTTP {response.status_code}: {response.text[:200].strip() or response.reason}"}
        raise KsqlDbError.from_body(body if isinstance(body, dict) else {}, response.status_code, statement)


def lines(response: requests.Response) -> Iterator[Any]:
    """Each line of a delimited answer as JSON, as soon as it has come. Raises KsqlDbUnreachable when it breaks off."""
    rest = b""
    try:
        for chunk in response.iter_content(chunk_size=None):
            *complete, rest = (rest + chunk).split(b"\n")
            yield from (json.loads(line) for line in complete if line.strip())
    except (requests.RequestException, OSError, AttributeError) as error:  # AttributeError: closed by another thread
        raise unreachable(response.url, error) from error
    if rest.strip():
        yield json.loads(rest)


def unreachable(url: str, error: Exception) -> KsqlDbUnreachable:
    """One line about why no answer came."""
    text = str(error)
    reason = next((reason for sign, reason in _REASONS.items() if sign in text), text[:160])
    return KsqlDbUnreachable(f"no ksqlDB answers at {url}: {reason}")


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise KsqlDbError(f"{response.url} did not answer JSON: is it a ksqlDB server?", response.status_code) from None
