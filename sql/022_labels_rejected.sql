-- Stream: labels that cannot be used, with the reason.
-- Key: transaction id, as it arrived (may be null). Grain: one row per rejected label.
-- The reasons, first match counts: no transaction id (null or empty key), no event time (null, or not after 1970), labelled
-- before the event (or at no time), no verdict. One label from the far future would move stream time and make all others
-- too late to be joined. 024 carries the same CASE.
CREATE STREAM labels_rejected WITH (KAFKA_TOPIC='fraud_labels_rejected', VALUE_FORMAT='AVRO') AS
SELECT
  transaction_id,
  event_time,
  labelled_at,
  is_fraud,
  counterparty_id,
  CASE
    WHEN transaction_id IS NULL OR transaction_id = '' THEN 'no transaction id'
    WHEN event_time IS NULL OR UNIX_TIMESTAMP(event_time) <= 0 THEN 'no event time'
    WHEN labelled_at IS NULL OR labelled_at < event_time THEN 'labelled before the event'
    WHEN is_fraud IS NULL THEN 'no verdict'
    ELSE '' END AS reason
FROM fraud_labels
WHERE CASE
    WHEN transaction_id IS NULL OR transaction_id = '' THEN 'no transaction id'
    WHEN event_time IS NULL OR UNIX_TIMESTAMP(event_time) <= 0 THEN 'no event time'
    WHEN labelled_at IS NULL OR labelled_at < event_time THEN 'labelled before the event'
    WHEN is_fraud IS NULL THEN 'no verdict'
    ELSE '' END <> ''
EMIT CHANGES;
