"""Brokers, a registry, topics and sidecar processes for tests, campaigns and benchmarks."""
