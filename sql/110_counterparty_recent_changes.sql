-- Stream: the changelog of counterparty_recent (100), read record by record.
-- Key: counterparty id ('~' and the account id where there is none). Grain: one row per valid, not repeated transaction;
-- rowtime is the event time.
CREATE STREAM counterparty_recent_changes (
    party_key STRING KEY,
    ts BIGINT,
    account_id STRING,
    tx STRUCT<id STRING, ingested BIGINT, type STRING, channel STRING, amount DOUBLE, party STRING, old_origin DOUBLE, old_destination DOUBLE>,
    account STRUCT<n_1h INT, sum_1h DOUBLE, max_1h DOUBLE, parties_1h INT, n_24h INT, sum_24h DOUBLE, max_24h DOUBLE, parties_24h INT, n_7d INT, sum_7d DOUBLE, max_7d DOUBLE, parties_7d INT, n BIGINT, mean DOUBLE, sd DOUBLE, greatest DOUBLE, age BIGINT, since_last BIGINT, pair INT, ring_from BIGINT>,
    n BIGINT,
    mean DOUBLE,
    first_ts BIGINT,
    recent ARRAY<STRUCT<ts BIGINT, amount DOUBLE, account_id STRING>>
  ) WITH (KAFKA_TOPIC='counterparty_recent', VALUE_FORMAT='AVRO', TIMESTAMP='ts');
