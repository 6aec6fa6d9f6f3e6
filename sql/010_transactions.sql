-- Source: the transactions as the bank sends them.
-- Key: account id, as it arrived (may be null). Grain: one row per record of the topic, repeated and invalid ones included.
-- Rowtime is the record's own timestamp: rows whose event time is missing or impossible have to be rejected with
-- a reason, and ksqlDB drops a row without one where TIMESTAMP names the column.
CREATE STREAM transactions (
    account_id STRING KEY,
    transaction_id STRING,
    event_time TIMESTAMP,
    ingested_at TIMESTAMP,
    type STRING,
    channel STRING,
    amount DOUBLE,
    counterparty_id STRING,
    old_balance_origin DOUBLE,
    new_balance_origin DOUBLE,
    old_balance_destination DOUBLE,
    new_balance_destination DOUBLE,
    measures ARRAY<STRUCT<name STRING, value DOUBLE>>,
    attributes ARRAY<STRUCT<name STRING, value STRING>>
  ) WITH (KAFKA_TOPIC='transactions', VALUE_FORMAT='AVRO');
