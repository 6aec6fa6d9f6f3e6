-- Table: each account's transactions by hour, for rules, reports and pull queries.
-- Key: account id and hour. Grain: one row per account and hour with transactions.
-- Hours are those of the clock, UTC: [start, start + 1 h) on event time. A row more than 7 days behind the newest event time
-- of its partition is left out (GRACE); hours are held for 35 days (RETENTION).
CREATE TABLE account_by_hour WITH (KAFKA_TOPIC='account_by_hour', VALUE_FORMAT='AVRO') AS
SELECT
  account_id,
  COUNT(*) AS transactions,
  SUM(tx->amount) AS amount,
  MAX(tx->amount) AS greatest,
  MAX(ts) AS last_ts
FROM account_seen_changes
WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 35 DAYS, GRACE PERIOD 7 DAYS)
WHERE NOT repeated
GROUP BY account_id
EMIT CHANGES;
