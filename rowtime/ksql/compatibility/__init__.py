"""The page docs/ksqldb-compatibility.md: what of ksqlDB is supported, found out by trying."""
