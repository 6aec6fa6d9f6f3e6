"""The WITH clause: names, values and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rowtime.errors import KsqlError
from rowtime.serde.api import Format
from rowtime.sql import ast

FORMATS = ("KAFKA", "AVRO", "JSON", "DELIMITED", "NONE")
_ALIASES = {"VALUE_AVRO_SCHEMA_FULL_NAME": "VALUE_SCHEMA_FULL_NAME", "KEY_AVRO_SCHEMA_FULL_NAME":
            "KEY_SCHEMA_FULL_NAME"}
KNOWN = {
    "KAFKA_TOPIC", "PARTITIONS", "REPLICAS", "RETENTION_MS", "CLEANUP_POLICY", "KEY_FORMAT", "VALUE_FORMAT", "FORMAT",
    "TIMESTAMP", "TIMESTAMP_FORMAT", "WINDOW_TYPE", "WINDOW_SIZE", "WRAP_SINGLE_VALUE", "VALUE_DELIMITER",
    "KEY_DELIMITER", "VALUE_AVRO_SCHEMA_FULL_NAME", "VALUE_SCHEMA_FULL_NAME", "KEY_SCHEMA_FULL_NAME", "VALUE_SCHEMA_ID",
    "KEY_SCHEMA_ID", "SOURCED_BY_CONNECTOR", "QUERY_ID",
}


TOPIC = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")


@dataclass(slots=True)
class With:
    """Values by name as text, numbers or booleans; `take` marks nothing: reading is free."""

    values: dict[str, object] = field(default_factory=dict)

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int | None = None) -> int | None:
        value = self.values.get(name)
        if value is None:
            return default
        try:
            return int(str(value))
        except ValueError:
            raise KsqlError(f"Invalid config variable in the WITH clause: {name} is not a number: {value}") from None

    def boolean(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        return str(value).lower() == "true"


def read_with(properties: ast.Properties) -> With:
    """The clause as written; an unknown name is refused as ksqlDB does."""
    values: dict[str, object] = {}
    for name, literal in properties:
        key = name.upper()
        if key not in KNOWN:
            raise KsqlError(f"Failed to prepare statement: Invalid config variable(s) in the WITH clause: {name}")
        values[key] = getattr(literal, "value", None)
    _check_with(values)
    return With(values)


def _check_with(values: Mapping[str, object]) -> None:
    both = next((n for n in ("KEY_FORMAT", "VALUE_FORMAT") if n in values and "FORMAT" in values), None)
    if both is not None:
        raise KsqlError(f"Failed to prepare statement: Cannot supply both '{both}' and 'FORMAT' properties, as "
                        "'FORMAT' sets both key and value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and "
                        "'VALUE_FORMAT'.")
    topic = values.get("KAFKA_TOPIC")
    if topic is not None and not TOPIC.fullmatch(str(topic)):
        reason = "String must be non-empty" if not str(topic) else \
            "1 to 249 of letters, digits, '.', '_' and '-' are allowed"
        raise KsqlError(f"Failed to prepare statement: Invalid value {topic} for property KAFKA_TOPIC: {reason}")
    for name in ("PARTITIONS", "REPLICAS"):
        if str(values.get(name, 1)).lstrip("-").isdigit() and int(str(values.get(name, 1))) < 1:
            raise KsqlError(f"Failed to prepare statement: Invalid value {values[name]} for property {name}: "
                            "Value must be at least 1")


def value_format(clause: With, default: str | None) -> Format:
    """Format of the value side."""
    name = clause.text("VALUE_FORMAT") or clause.text("FORMAT") or default
    if name is None:
        raise KsqlError("Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or "
                        "set a default via the 'ksql.persistence.default.format.value' config.")
    wrap = clause.boolean("WRAP_SINGLE_VALUE")
    return _format(clause, "VALUE", name.upper(), wrap)


def key_format(clause: With, default: str, has_key: bool) -> Format:
    """Format of the key side; NONE where there are no key columns and none was asked for."""
    name = clause.text("KEY_FORMAT") or clause.text("FORMAT")
    if name is None:
        name = default if has_key else "NONE" if default == "NONE" else default
    return _format(clause, "KEY", name.upper(), False)


def _format(clause: With, side: str, name: str, wrap: bool | None) -> Format:
    if name not in FORMATS:
        raise KsqlError(f"Unknown format: {name}" if name not in ("PROTOBUF", "PROTOBUF_NOSR", "JSON_SR") else
                        f"The {name} format is not supported: use AVRO, JSON, DELIMITED or KAFKA.")
    options = []
    full_name = clause.text(f"{side}_SCHEMA_FULL_NAME") or clause.text(f"{side}_AVRO_SCHEMA_FULL_NAME")
    if full_name is not None:
        _full_name(name, full_name)
        options.append(("fullSchemaName", full_name))
    delimiter = clause.text(f"{side}_DELIMITER")
    if delimiter is not None:
        options.append(("delimiter", _delimiter(side, name, delimiter)))
    schema_id = clause.integer(f"{side}_SCHEMA_ID")
    if schema_id is not None:
        options.append(("schemaId", str(schema_id)))
    if wrap is True and name in ("DELIMITED", "KAFKA"):
        raise KsqlError(f"Format '{name}' does not support 'WRAP_SINGLE_VALUE' set to 'true'.")
    return Format(name, wrap is not False if side == "VALUE" else False, tuple(options))


def _full_name(format_name: str, full_name: str) -> None:
    if format_name != "AVRO":
        raise KsqlError(f"{format_name} does not support the following configs: [fullSchemaName]")
    if not full_name.strip():
        raise KsqlError("fullSchemaName cannot be empty. Format configuration: {fullSchemaName=}")


def _delimiter(side: str, format_name: str, text: str) -> str:
    if format_name != "DELIMITED":
        raise KsqlError(f"{format_name} does not support the following configs: [delimiter]")
    found = {"TAB": "\t", "SPACE": " "}.get(text.upper(), text)
    prefix = f"Failed to prepare statement: Configuration {side}_DELIMITER is invalid: "
    if not text.strip():
        raise KsqlError(f"{prefix}Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please "
                        "use the special values 'TAB' or 'SPACE'\nExample valid value: ';'")
    if len(found) != 1:
        raise KsqlError(f"{prefix}Invalid delimiter value: '{text}'. Delimiter must be a single character or TAB,SPACE"
                        "\nExample valid value: ';'")
    return found


def setting(properties: Mapping[str, object], name: str, default: object = None) -> object:
    """A session or server property, as given."""
    return properties.get(name, default)
