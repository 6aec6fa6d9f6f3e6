"""Formats of keys and values: KAFKA, AVRO, JSON, DELIMITED, NONE."""
