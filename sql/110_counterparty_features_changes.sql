-- Stream: the changelog of counterparty_features (100), read record by record.
-- Key: counterparty id, or '~' and the account id where there is none. Grain: one row per valid, not repeated transaction;
-- rowtime is the event time.
CREATE STREAM counterparty_features_changes (
    party_key STRING KEY,
    ts BIGINT,
    account_id STRING,
    tx STRUCT<id STRING, ingested BIGINT, type STRING, channel STRING, amount DOUBLE, party STRING, old_origin DOUBLE, old_destination DOUBLE, measures ARRAY<STRUCT<name STRING, value DOUBLE>>, attributes ARRAY<STRUCT<name STRING, value STRING>>>,
    account STRUCT<n_1h INT, sum_1h DOUBLE, max_1h DOUBLE, parties_1h INT, n_24h INT, sum_24h DOUBLE, max_24h DOUBLE, parties_24h INT, n_7d INT, sum_7d DOUBLE, max_7d DOUBLE, parties_7d INT, n_30d INT, sum_30d DOUBLE, max_30d DOUBLE, sd_30d DOUBLE, n BIGINT, mean DOUBLE, sd DOUBLE, greatest DOUBLE, age BIGINT, since_last BIGINT, pair INT, ring_from BIGINT>,
    counterparty STRUCT<n_1h INT, sum_1h DOUBLE, accounts_1h INT, n_24h INT, sum_24h DOUBLE, accounts_24h INT, n_7d INT, sum_7d DOUBLE, accounts_7d INT, n_30d INT, n BIGINT, mean DOUBLE, age BIGINT, since_last BIGINT, ring_from BIGINT>
  ) WITH (KAFKA_TOPIC='counterparty_features', VALUE_FORMAT='AVRO', TIMESTAMP='ts');
