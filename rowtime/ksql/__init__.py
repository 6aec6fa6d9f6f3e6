"""ksqlDB's REST protocol: endpoints, entities, errors."""
