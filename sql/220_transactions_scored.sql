-- Stream: every flag joined back to its transaction.
-- Key: transaction id. Grain: one row per scored transaction; rowtime is the event time.
-- Both sides carry the transaction's event time, so WITHIN only has to be positive; GRACE says how far behind in event time
-- a flag may come and still be joined: 400 days.
CREATE STREAM transactions_scored WITH (KAFKA_TOPIC='transactions_scored', VALUE_FORMAT='AVRO', TIMESTAMP='event_time') AS
SELECT
  t.transaction_id AS transaction_id,
  t.account_id AS account_id,
  t.counterparty_id AS counterparty_id,
  t.event_time AS event_time,
  COALESCE(t.type, 'unknown') AS type,
  t.channel AS channel,
  t.amount AS amount,
  f.score AS score,
  f.is_fraud AS is_fraud,
  f.threshold AS threshold,
  f.reason_codes AS reason_codes,
  f.model_version AS model_version,
  f.scored_at AS scored_at
FROM transactions_to_score t
INNER JOIN fraud_flags f WITHIN 1 MINUTE GRACE PERIOD 400 DAYS ON t.transaction_id = f.transaction_id
EMIT CHANGES;
