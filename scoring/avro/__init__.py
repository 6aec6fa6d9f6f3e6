"""Avro for batches of records, with numpy alone: columns from payloads, payloads from columns."""
