-- Table: when each counterparty's latest labels became known.
-- Key: counterparty id. Grain: one row per counterparty; labels without a counterparty do not enter.
-- n: labels ever. labels, frauds: rings of labelled_at of the latest 64 labels and the latest 64 fraudulent ones, in the
-- order they arrived, the latest last.
CREATE TABLE counterparty_labels WITH (KAFKA_TOPIC='counterparty_labels', VALUE_FORMAT='AVRO') AS
SELECT
  counterparty_id,
  COUNT(*) AS n,
  LATEST_BY_OFFSET(UNIX_TIMESTAMP(labelled_at), 64) AS labels,
  LATEST_BY_OFFSET(CASE WHEN is_fraud THEN UNIX_TIMESTAMP(labelled_at) ELSE CAST(NULL AS BIGINT) END, 64) AS frauds
FROM labels_valid
GROUP BY counterparty_id
EMIT CHANGES;
