"""Does a stream carry what a model needs?"""

from __future__ import annotations

from scoring.avro.read import READABLE
from scoring.avro.schema import AvroType, parse_record
from scoring.errors import ModelError
from scoring.model.model import Model

CATEGORY_KINDS = ("string", "enum")
NUMBER_KINDS = ("boolean", "int", "long", "float", "double")


def check_against(model: Model, schema: AvroType | str) -> None:
    """ModelError, one line with every problem, where the enriched stream's schema cannot feed the model."""
    record = parse_record(schema) if isinstance(schema, str) else schema
    problems = [problem for problem in (_problem(model, record, column) for column in model.columns) if problem]
    if problems:
        raise ModelError(f"model {model.version} does not fit {record.name or 'the stream'}: {'; '.join(problems)}")


def _problem(model: Model, record: AvroType, column: str) -> str:
    field = record.field(column)
    if field is None:
        return f"column {column} is missing"
    kind = field.type.value.kind
    category = any(f.column == column and f.type == "category" for f in model.features)
    if kind not in READABLE or kind not in (CATEGORY_KINDS if category else NUMBER_KINDS):
        return f"column {column} is {kind}, the model needs a {'text' if category else 'number'}"
    return ""
