-- Stream: the changelog of account_features (070), read record by record.
-- Key: account id. Grain: one row per valid, not repeated transaction; rowtime is the event time.
CREATE STREAM account_features_changes (
    account_id STRING KEY,
    ts BIGINT,
    tx STRUCT<id STRING, ingested BIGINT, type STRING, channel STRING, amount DOUBLE, party STRING, old_origin DOUBLE, old_destination DOUBLE, measures ARRAY<STRUCT<name STRING, value DOUBLE>>, attributes ARRAY<STRUCT<name STRING, value STRING>>>,
    account STRUCT<n_1h INT, sum_1h DOUBLE, max_1h DOUBLE, parties_1h INT, n_24h INT, sum_24h DOUBLE, max_24h DOUBLE, parties_24h INT, n_7d INT, sum_7d DOUBLE, max_7d DOUBLE, parties_7d INT, n_30d INT, sum_30d DOUBLE, max_30d DOUBLE, sd_30d DOUBLE, n BIGINT, mean DOUBLE, sd DOUBLE, greatest DOUBLE, age BIGINT, since_last BIGINT, pair INT, ring_from BIGINT>
  ) WITH (KAFKA_TOPIC='account_features', VALUE_FORMAT='AVRO', TIMESTAMP='ts');
