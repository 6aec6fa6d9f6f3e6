"""The sidecar measured against other ways to do its job, on a real Kafka."""
