-- Stream: the changelog of account_recent (070), read record by record.
-- Key: account id. Grain: one row per valid, not repeated transaction; rowtime is the event time.
CREATE STREAM account_recent_changes (
    account_id STRING KEY,
    ts BIGINT,
    tx STRUCT<id STRING, ingested BIGINT, type STRING, channel STRING, amount DOUBLE, party STRING, old_origin DOUBLE, old_destination DOUBLE>,
    n BIGINT,
    mean DOUBLE,
    sd DOUBLE,
    greatest DOUBLE,
    first_ts BIGINT,
    recent ARRAY<STRUCT<ts BIGINT, amount DOUBLE, party STRING>>
  ) WITH (KAFKA_TOPIC='account_recent', VALUE_FORMAT='AVRO', TIMESTAMP='ts');
