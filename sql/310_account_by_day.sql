-- Table: each account's transactions over 24 hours, a new window every 12 hours, for rules, reports and pull queries.
-- Key: account id and window. Grain: one row per account and window with transactions; each transaction is in two windows.
-- Windows: [start, start + 24 h) on event time, starting at 00:00 and 12:00 UTC. GRACE 7 days, RETENTION 35 days as in 300.
CREATE TABLE account_by_day WITH (KAFKA_TOPIC='account_by_day', VALUE_FORMAT='AVRO') AS
SELECT
  account_id,
  COUNT(*) AS transactions,
  SUM(tx->amount) AS amount,
  AVG(tx->amount) AS mean,
  MAX(tx->amount) AS greatest
FROM account_seen_changes
WINDOW HOPPING (SIZE 24 HOURS, ADVANCE BY 12 HOURS, RETENTION 35 DAYS, GRACE PERIOD 7 DAYS)
WHERE NOT repeated
GROUP BY account_id
EMIT CHANGES;
