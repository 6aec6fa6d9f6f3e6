"""Java's DateTimeFormatter patterns: formatting and parsing, with the names of the US locale."""

from rowtime.functions.date_pattern.formatting import format_moment
from rowtime.functions.date_pattern.parsing import parse_fields, parse_local_date, parse_local_time, parse_timestamp
from rowtime.functions.date_pattern.zone import zone_of

__all__ = ["format_moment", "parse_fields", "parse_local_date", "parse_local_time", "parse_timestamp", "zone_of"]
