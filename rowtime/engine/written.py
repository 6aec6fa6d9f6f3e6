"""What a user must not write though ksqlDB itself writes it into the statement that it keeps."""

from __future__ import annotations

from rowtime.errors import KsqlError
from rowtime.sql import ast

_KEYS = (ast.Constraint.KEY, ast.Constraint.PRIMARY_KEY)


def check_written(statement: ast.Statement) -> None:
    """KsqlError for properties that are filled in."""
    names = {name.upper() for name, _ in getattr(statement, "properties", ())}
    if "CLEANUP_POLICY" in names:
        raise KsqlError("Invalid config variable in the WITH clause: CLEANUP_POLICY.\nThe CLEANUP_POLICY config is "
                        "automatically inferred based on the type of source (STREAM or TABLE).\nUsers can't set the "
                        "CLEANUP_POLICY config manually.")
    if not isinstance(statement, ast.CreateSource):
        return
    declared = {"KEY" if e.constraint in _KEYS else "VALUE" for e in statement.elements}
    for side in sorted(declared):
        if f"{side}_SCHEMA_ID" in names:
            raise KsqlError(f"Table elements and {side}_SCHEMA_ID cannot both exist for create statement.")
