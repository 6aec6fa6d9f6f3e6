-- Source: what the sidecar says of each enriched transaction.
-- Key: transaction id. Grain: one row per scored transaction; rowtime is the transaction's event time, so that flags meet
-- their transactions whatever the lag.
CREATE STREAM fraud_flags (
    transaction_id STRING KEY,
    event_time TIMESTAMP,
    score DOUBLE,
    is_fraud BOOLEAN,
    threshold DOUBLE,
    reason_codes ARRAY<STRUCT<feature STRING, value DOUBLE, contribution DOUBLE, phrase STRING>>,
    model_version STRING,
    scored_at TIMESTAMP
  ) WITH (KAFKA_TOPIC='fraud_flags', VALUE_FORMAT='AVRO', TIMESTAMP='event_time');
