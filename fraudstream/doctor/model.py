"""Can the model be loaded, and does the stream carry what it needs?"""

from __future__ import annotations

from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from fraudstream.registry import RegistryError, SchemaRegistry
from scoring.errors import ModelError
from scoring.model.check import check_against
from scoring.model.load import load_model
from scoring.sidecar.model_source import model_file


def look_at_model(visit: Visit, registry: SchemaRegistry | None, findings: Findings) -> None:
    """One finding: the file, and its columns against the newest schema of the enriched stream."""
    check = f"model {visit.model}"
    try:
        model = load_model(model_file(str(visit.model)))
    except ModelError as error:
        findings.failed(check, str(error), "train one: `fraudstream train FILE --out model.json`")
        return
    try:
        stream = registry.latest(f"{visit.input_topic}-value") if registry else None
        if stream is None:
            findings.skipped(check, f"version {model.version} loads; the stream's schema is not there to compare")
            return
        check_against(model, stream["schema"])
    except (ModelError, RegistryError) as error:
        findings.failed(check, str(error), "deploy the SQL that the model was trained with, or use another model")
        return
    findings.passed(check, f"version {model.version}, {len(model.columns)} columns, all in the stream")
