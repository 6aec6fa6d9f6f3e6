"""Format JSON as ksqlDB reads it (Jackson, with coercions) and writes it (Connect's JsonConverter)."""
