"""Reading and writing model files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from scoring.errors import ModelError
from scoring.model.calibration import read_calibration
from scoring.model.features import Feature
from scoring.model.model import FORMAT, FORMAT_VERSION, Model
from scoring.model.node import Node
from scoring.model.reference import read_reference
from scoring.model.threshold import read_threshold

MAX_BYTES = 16 * 1024 * 1024


def load_model(path: str | Path) -> Model:
    """The model of a JSON file.

    Raises ModelError, one line, where the file is not there, not JSON, of another format or version,
    or where a value is missing or wrong.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    return parse_model(content, str(path))


def parse_model(content: bytes, name: str) -> Model:
    """The model of a JSON text in UTF-8; `name` stands in error messages."""
    if len(content) > MAX_BYTES:
        raise ModelError(f"{name}: larger than {MAX_BYTES} bytes, not a model file")
    try:
        document = json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name}: not a JSON document ({error})") from error
    try:
        return read_model(document)
    except ModelError as error:
        raise ModelError(f"{name}: {error}") from error


def read_model(document: Any) -> Model:
    """The model of a parsed document."""
    root = Node(document, "")
    _check_format(root)
    features = tuple(Feature.read(item) for item in root.child("features").items())
    _check_features(root, features)
    return Model(
        version=root.child("version").text(),
        features=features,
        intercept=root.child("intercept").number(),
        calibration=read_calibration(root.child("calibration")),
        threshold=read_threshold(root.child("threshold")),
        created_at=root.child("created_at").text() if root.has("created_at") else "",
        training=root.child("training").object() if root.has("training") else {},
        reference=read_reference(root.child("reference")) if root.has("reference") else None,
    )


def save_model(model: Model, path: str | Path) -> None:
    """Write the model's JSON; a reader sees the old file or the whole new one."""
    text = json.dumps(model.to_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, target)
    except OSError as error:
        raise ModelError(f"{path}: cannot write the model ({error.strerror or error})") from error


def _check_format(root: Node) -> None:
    if root.child("format").value != FORMAT:
        raise root.child("format").fail(f"expected '{FORMAT}'; this is not a model file")
    version = root.child("format_version")
    if version.whole() != FORMAT_VERSION:
        raise version.fail(f"{version.value} is unknown here, this release reads {FORMAT_VERSION}; train anew")


def _check_features(root: Node, features: tuple[Feature, ...]) -> None:
    if not features:
        raise root.child("features").fail("the model has no features")
    names = [feature.column for feature in features]
    for name in names:
        if names.count(name) > 1:
            raise root.child("features").fail(f"column {name} occurs twice")


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number")
