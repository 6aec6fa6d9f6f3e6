"""Syntax trees to text, as ksqlDB prints them (its `statementText`)."""

from rowtime.sql.format_expression import format_expression
from rowtime.sql.format_query import format_query
from rowtime.sql.format_statement import format_statement
from rowtime.sql.names import format_name, format_type

__all__ = ["format_expression", "format_name", "format_query", "format_statement", "format_type"]
