-- Table: scored and flagged transactions by account.
-- Key: account id. Grain: one row per account.
CREATE TABLE report_by_account WITH (KAFKA_TOPIC='report_by_account', VALUE_FORMAT='AVRO') AS
SELECT
  account_id,
  COUNT(*) AS scored,
  SUM(CASE WHEN is_fraud THEN 1 ELSE 0 END) AS flagged,
  SUM(amount) AS amount,
  SUM(CASE WHEN is_fraud THEN amount ELSE CAST(0 AS DOUBLE) END) AS amount_flagged,
  AVG(score) AS mean_score,
  MAX(score) AS worst_score
FROM transactions_scored
GROUP BY account_id
EMIT CHANGES;
