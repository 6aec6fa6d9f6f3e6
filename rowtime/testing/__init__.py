"""Testing SQL without a server: ksql-test-runner's files, scripts with ASSERT, and a fixture for pytest."""
