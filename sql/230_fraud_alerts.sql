-- Stream: the scored transactions that were flagged as fraud, for push queries and case systems.
-- Key: transaction id. Grain: one row per flagged transaction; rowtime is the event time.
CREATE STREAM fraud_alerts
  WITH (KAFKA_TOPIC='fraud_alerts', VALUE_FORMAT='AVRO', TIMESTAMP='event_time',
        VALUE_AVRO_SCHEMA_FULL_NAME='fraudstream.FraudAlert') AS
SELECT
  transaction_id,
  account_id,
  counterparty_id,
  event_time,
  type,
  channel,
  amount,
  score,
  threshold,
  reason_codes,
  model_version,
  scored_at
FROM transactions_scored
WHERE is_fraud
EMIT CHANGES;
