-- Table: the counterparty's latest labels: when each counts, and its verdict.
-- Key: counterparty id. Grain: one row per counterparty; labels without a counterparty do not enter.
-- n: labels ever. labels: ring of the latest 96 labels in the order they arrived, the latest last. With several partitions
-- that is the order in which they reach this table: which labels an overflowed ring holds depends on it (truncated, in 130).
-- known: labelled_at + 6 hours, from when on a label counts: so much may one topic lag behind the other, live or in a replay,
-- without a feature changing.
CREATE TABLE counterparty_labels WITH (KAFKA_TOPIC='counterparty_labels', VALUE_FORMAT='AVRO') AS
SELECT
  counterparty_id,
  COUNT(*) AS n,
  LATEST_BY_OFFSET(STRUCT(known := UNIX_TIMESTAMP(labelled_at) + 21600000, fraud := is_fraud), 96) AS labels
FROM labels_valid
GROUP BY counterparty_id
EMIT CHANGES;
