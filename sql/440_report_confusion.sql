-- Table: how right the flags were, by model, as labels arrive.
-- Key: model version. Grain: one row per model version that has labelled transactions.
-- tp, fp, fn, tn: flagged and fraud, flagged and not, fraud and not flagged, neither. precision_so_far = tp / (tp + fp) and
-- recall_so_far = tp / (tp + fn), 0 where there is nothing to divide by. amount_caught and amount_missed: of tp and fn.
-- mean_score against (tp + fn) / labelled shows the calibration.
CREATE TABLE report_confusion WITH (KAFKA_TOPIC='report_confusion', VALUE_FORMAT='AVRO') AS
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
GROUP BY model_version
EMIT CHANGES;
