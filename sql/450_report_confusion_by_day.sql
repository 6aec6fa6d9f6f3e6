-- Table: how right the flags were, by model and day of the transaction, as labels arrive.
-- Key: model version and day. Grain: one row per model version and day with labelled transactions; columns as in 440.
-- Days are [00:00, 24:00) UTC on the transaction's event time; GRACE 400 days, held for 401 days (RETENTION).
CREATE TABLE report_confusion_by_day WITH (KAFKA_TOPIC='report_confusion_by_day', VALUE_FORMAT='AVRO') AS
SELECT
  model_version,
  COUNT(*) AS labelled,
  SUM(CASE WHEN is_flagged AND is_fraud THEN 1 ELSE 0 END) AS tp,
  SUM(CASE WHEN is_flagged AND NOT is_fraud THEN 1 ELSE 0 END) AS fp,
  SUM(CASE WHEN NOT is_flagged AND is_fraud THEN 1 ELSE 0 END) AS fn,
  SUM(CASE WHEN NOT is_flagged AND NOT is_fraud THEN 1 ELSE 0 END) AS tn,
  CASE WHEN SUM(CASE WHEN is_flagged THEN 1 ELSE 0 END) > 0
    THEN CAST(SUM(CASE WHEN is_flagged AND is_fraud THEN 1 ELSE 0 END) AS DOUBLE) / SUM(CASE WHEN is_flagged THEN 1 ELSE 0 END)
    ELSE CAST(0 AS DOUBLE) END AS precision_so_far,
  CASE WHEN SUM(CASE WHEN is_fraud THEN 1 ELSE 0 END) > 0
    THEN CAST(SUM(CASE WHEN is_flagged AND is_fraud THEN 1 ELSE 0 END) AS DOUBLE) / SUM(CASE WHEN is_fraud THEN 1 ELSE 0 END)
    ELSE CAST(0 AS DOUBLE) END AS recall_so_far,
  SUM(CASE WHEN is_flagged AND is_fraud THEN amount ELSE CAST(0 AS DOUBLE) END) AS amount_caught,
  SUM(CASE WHEN NOT is_flagged AND is_fraud THEN amount ELSE CAST(0 AS DOUBLE) END) AS amount_missed,
  AVG(score) AS mean_score
FROM transactions_labelled
WINDOW TUMBLING (SIZE 1 DAY, RETENTION 401 DAYS, GRACE PERIOD 400 DAYS)
GROUP BY model_version
EMIT CHANGES;
