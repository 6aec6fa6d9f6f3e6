"""rowtime: Kafka, Schema Registry and ksqlDB protocols in one command, from pip."""
