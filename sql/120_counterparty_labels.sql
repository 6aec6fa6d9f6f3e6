-- Table: the counterparty's latest labels: when each counts, and its verdict.
-- Key: counterparty id. Grain: one row per counterparty; labels without a counterparty do not enter.
-- A label counts from known = labelled_at + 6 hours: so much may one topic lag behind the other, live or in a replay,
-- without a feature changing.
-- n: labels ever. labels: ring of the latest 96 labels in the order they arrived, the latest last, each as one number:
-- 2 * known, plus 1 where it is fraud. Numbers order by time, and at the same time fraud comes last.
CREATE TABLE counterparty_labels WITH (KAFKA_TOPIC='counterparty_labels', VALUE_FORMAT='AVRO') AS
SELECT
  counterparty_id,
  COUNT(*) AS n,
  LATEST_BY_OFFSET(2 * (UNIX_TIMESTAMP(labelled_at) + 21600000) + CASE WHEN is_fraud THEN 1 ELSE 0 END, 96) AS labels
FROM labels_valid
GROUP BY counterparty_id
EMIT CHANGES;
