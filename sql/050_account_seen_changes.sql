-- Stream: the changelog of account_seen (040), read record by record.
-- Key: account id. Grain: one row per valid transaction, repeated ones included; rowtime is the event time.
CREATE STREAM account_seen_changes (
    account_id STRING KEY,
    ts BIGINT,
    tx STRUCT<id STRING, ingested BIGINT, type STRING, channel STRING, amount DOUBLE, party STRING, old_origin DOUBLE, old_destination DOUBLE, measures ARRAY<STRUCT<name STRING, value DOUBLE>>, attributes ARRAY<STRUCT<name STRING, value STRING>>>,
    repeated BOOLEAN
  ) WITH (KAFKA_TOPIC='account_seen', VALUE_FORMAT='AVRO', TIMESTAMP='ts');
