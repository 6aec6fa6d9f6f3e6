-- Stream: the labels that can be used.
-- Key: transaction id. Grain: one row per valid label; rowtime is the event time of the transaction it is about, so that a
-- label meets its transaction however many days later it comes.
CREATE STREAM labels_valid WITH (KAFKA_TOPIC='fraud_labels_valid', VALUE_FORMAT='AVRO', TIMESTAMP='event_time') AS
SELECT
  transaction_id,
  event_time,
  labelled_at,
  is_fraud,
  counterparty_id
FROM fraud_labels
WHERE CASE
    WHEN transaction_id IS NULL OR transaction_id = '' THEN 'no transaction id'
    WHEN event_time IS NULL OR UNIX_TIMESTAMP(event_time) <= 0 THEN 'no event time'
    WHEN labelled_at IS NULL OR labelled_at < event_time THEN 'labelled before the event'
    WHEN is_fraud IS NULL THEN 'no verdict'
    ELSE '' END = ''
EMIT CHANGES;
