"""ksqlDB's built-in functions: scalar, aggregate and table, typed as ksqlDB types them."""
