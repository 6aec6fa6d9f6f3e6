-- Table: rejected transactions by reason.
-- Key: reason. Grain: one row per reason.
CREATE TABLE report_rejected WITH (KAFKA_TOPIC='report_rejected', VALUE_FORMAT='AVRO') AS
SELECT
  reason,
  COUNT(*) AS rejected
FROM transactions_rejected
GROUP BY reason
EMIT CHANGES;
