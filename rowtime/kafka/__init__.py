"""The Kafka protocol: one file an API."""
