-- Table: scored and flagged transactions by hour and type.
-- Key: type and hour. Grain: one row per type and hour with scored transactions.
-- Hours are [start, start + 1 h) on event time, UTC; GRACE 30 days, held for 400 days (RETENTION).
CREATE TABLE report_by_hour WITH (KAFKA_TOPIC='report_by_hour', VALUE_FORMAT='AVRO') AS
SELECT
  type,
  COUNT(*) AS scored,
  SUM(CASE WHEN is_fraud THEN 1 ELSE 0 END) AS flagged,
  SUM(amount) AS amount,
  SUM(CASE WHEN is_fraud THEN amount ELSE CAST(0 AS DOUBLE) END) AS amount_flagged,
  AVG(score) AS mean_score,
  MAX(score) AS worst_score
FROM transactions_scored
WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 400 DAYS, GRACE PERIOD 30 DAYS)
GROUP BY type
EMIT CHANGES;
