"""Avro in Confluent's wire format: generated decoders and encoders, and the schemas ksqlDB registers."""
