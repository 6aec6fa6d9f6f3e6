"""Model files: what is written is read again, what is wrong is told in one line."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.errors import ModelError
from scoring.model import check_against, load_model, save_model


@pytest.fixture
def document(fixed_model: Path) -> dict[str, Any]:
    return json.loads(fixed_model.read_text())


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(document))
    return path


def test_a_saved_model_reads_back_equal_with_the_same_hash(fixed_model: Path, tmp_path: Path) -> None:
    model = load_model(fixed_model)
    save_model(model, tmp_path / "again.json")
    again = load_model(tmp_path / "again.json")
    assert again == model and again.hash == model.hash and len(model.hash) == 64


def test_the_hash_follows_the_content_and_not_the_version(document: dict[str, Any], tmp_path: Path) -> None:
    first = load_model(written(tmp_path, document))
    renamed = load_model(written(tmp_path, {**document, "version": "other"}))
    changed = load_model(written(tmp_path, {**document, "intercept": -5.1}))
    assert renamed.hash == first.hash != changed.hash


Change = Callable[[dict[str, Any]], object]
WRONG: list[tuple[Change, str]] = [
    (lambda d: d.update(format="other"), "format: expected 'fraudstream-model'"),
    (lambda d: d.update(format_version=2), "format_version: 2 is unknown here"),
    (lambda d: d.pop("intercept"), "'intercept' is missing"),
    (lambda d: d.update(intercept="x"), "intercept: expected a finite number, found 'x'"),
    (lambda d: d["features"][0].pop("column"), "features[0]: 'column' is missing"),
    (lambda d: d["features"][0]["terms"][1].update(knot=None), "features[0].terms[1].knot: expected a finite number"),
    (lambda d: d["features"][0]["terms"][0].update(scale=0), "features[0].terms[0].scale: must be above 0"),
    (lambda d: d["features"][0]["terms"][0].update(transform="exp"), "'exp' is not one of"),
    (lambda d: d["features"][1]["terms"][0].update(transform="log1p"), "log1p does not fit a category"),
    (lambda d: d["features"].append(d["features"][0]), "column AMOUNT occurs twice"),
    (lambda d: d.update(features=[]), "the model has no features"),
    (lambda d: d.update(calibration={"kind": "platt", "slope": -1, "intercept": 0}), "slope: must be above 0"),
    (lambda d: d.update(calibration={"kind": "isotonic", "logits": [0, 0], "probabilities": [0, 1]}), "must increase"),
    (lambda d: d.update(calibration={"kind": "curve", "logits": [0, 1], "log_odds": [1, 0], "slope_below": 1,
                                     "slope_above": 1}), "log_odds: must increase"),
    (lambda d: d.update(calibration={"kind": "curve", "logits": [0, 1], "log_odds": [0, 1], "slope_below": 0,
                                     "slope_above": 1}), "slope_below: must be above 0"),
    (lambda d: d.update(threshold={"kind": "probability", "value": 2}), "threshold.value: must lie in [0, 1]"),
    (lambda d: d.update(threshold={"kind": "cost"}), "'review_cost' is missing"),
]


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_value_is_named_with_its_place(
    document: dict[str, Any], tmp_path: Path, change: Change, message: str
) -> None:
    change(document)
    path = written(tmp_path, document)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    text = str(caught.value)
    assert message in text and text.startswith(str(path)) and "\n" not in text


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe", b'{"intercept": NaN}', pickle.dumps({"a": 1})])
def test_what_is_no_model_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="model.json"):
        load_model(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        load_model(tmp_path / "none.json")


def test_a_model_fits_the_enriched_stream(fixed_model: Path, root: Path) -> None:
    check_against(load_model(fixed_model), (root / "schemas" / "transaction_enriched.avsc").read_text())


def test_a_stream_that_lacks_a_column_or_has_another_type_is_refused(fixed_model: Path, root: Path) -> None:
    schema = json.loads((root / "schemas" / "transaction_enriched.avsc").read_text())
    schema["fields"] = [f for f in schema["fields"] if f["name"] != "AMOUNT"]
    next(f for f in schema["fields"] if f["name"] == "HOUR")["type"] = ["null", "string"]
    with pytest.raises(ModelError) as caught:
        check_against(load_model(fixed_model), json.dumps(schema))
    assert "column AMOUNT is missing" in str(caught.value)
    assert "column HOUR is string, the model needs a number" in str(caught.value)
