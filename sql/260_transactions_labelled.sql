-- Stream: every label joined to the transaction's score.
-- Key: transaction id. Grain: one row per label of a scored transaction; rowtime is the event time. A transaction that is
-- labelled twice has two rows. A label may come up to 400 days of event time behind (GRACE).
CREATE STREAM transactions_labelled WITH (KAFKA_TOPIC='transactions_labelled', VALUE_FORMAT='AVRO', TIMESTAMP='event_time') AS
SELECT
  s.transaction_id AS transaction_id,
  s.event_time AS event_time,
  l.labelled_at AS labelled_at,
  s.type AS type,
  s.amount AS amount,
  s.score AS score,
  s.is_fraud AS is_flagged,
  l.is_fraud AS is_fraud,
  s.model_version AS model_version
FROM scores_to_label s
INNER JOIN labels_valid l WITHIN 1 MINUTE GRACE PERIOD 400 DAYS ON s.transaction_id = l.transaction_id
EMIT CHANGES;
