"""Registers schemas/*.avsc under their subjects, with each subject's compatibility mode."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import requests

from fraudstream.deploy.report import CHANGED, CREATED, FAILED, UNCHANGED, WOULD, Action
from fraudstream.errors import UserError

_JSON = {"Content-Type": "application/vnd.schemaregistry.v1+json"}


def register_schemas(registry: str, folder: Path, dry_run: bool, timeout: float = 30.0) -> list[Action]:
    """All subjects of folder/subjects.toml, in order. A refused schema is a failed action with the reason."""
    plan = _read(folder / "subjects.toml")
    session = requests.Session()
    try:
        return [_register(session, registry.rstrip("/"), folder, entry, dry_run, timeout) for entry in plan]
    except requests.ConnectionError:
        raise UserError(f"no Schema Registry at {registry}") from None


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        return list(tomllib.loads(file.read_text(encoding="utf-8"))["subject"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise UserError(f"{file}: not a list of subjects: {error}") from None


def _register(session: requests.Session, registry: str, folder: Path, entry: dict[str, Any], dry_run: bool,
              timeout: float) -> Action:
    subject, url = entry["subject"], f"{registry}/subjects/{entry['subject']}"
    text = json.dumps(json.loads((folder / entry["file"]).read_text(encoding="utf-8")))
    known = session.get(f"{url}/versions/latest", timeout=timeout)
    same = session.post(url, json={"schema": text}, headers=_JSON, timeout=timeout)
    if same.status_code == 200:
        return Action("schema", subject, UNCHANGED, f"id {same.json()['id']}")
    if dry_run:
        return Action("schema", subject, WOULD)
    mode = session.put(f"{registry}/config/{subject}", json={"compatibility": entry["compatibility"]}, headers=_JSON,
                       timeout=timeout)
    done = session.post(f"{url}/versions", json={"schema": text}, headers=_JSON, timeout=timeout)
    if mode.status_code != 200 or done.status_code != 200:
        bad = done if done.status_code != 200 else mode
        return Action("schema", subject, FAILED, _reason(bad))
    return Action("schema", subject, CHANGED if known.status_code == 200 else CREATED, f"id {done.json()['id']}")


def _reason(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError):
        return f"HTTP {answer.status_code}"


def delete_subjects(registry: str, subjects: list[str], timeout: float = 30.0) -> None:
    """Soft and hard delete; absent ones are no error."""
    for subject in subjects:
        url = f"{registry.rstrip('/')}/subjects/{subject}"
        if requests.delete(url, timeout=timeout).status_code == 200:
            requests.delete(url, params={"permanent": "true"}, timeout=timeout)
