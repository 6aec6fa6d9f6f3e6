-- Table: each counterparty's latest labels.
-- Key: counterparty id. Grain: one row per counterparty; labels without a counterparty do not enter.
-- labels: ring of the latest 64 labels in the order they arrived, the latest last. n: labels ever.
CREATE TABLE counterparty_labels WITH (KAFKA_TOPIC='counterparty_labels', VALUE_FORMAT='AVRO') AS
SELECT
  counterparty_id,
  COUNT(*) AS n,
  LATEST_BY_OFFSET(STRUCT(known_at := UNIX_TIMESTAMP(labelled_at), is_fraud := is_fraud), 64) AS labels
FROM labels_valid
GROUP BY counterparty_id
EMIT CHANGES;
