-- Table: each account's latest transactions and running figures.
-- Key: account id. Grain: one row per account; its topic has one record per valid, not repeated transaction (080).
-- recent: ring of the account's latest 64 arrivals, oldest first, the current one last.
-- n, mean, sd, greatest: count, mean, sample standard deviation (STDDEV_SAMP is the variance) and maximum of amount over
-- every arrival up to this one, this one included. first_ts: the earliest event time among them.
CREATE TABLE account_recent WITH (KAFKA_TOPIC='account_recent', VALUE_FORMAT='AVRO') AS
SELECT
  account_id,
  LATEST_BY_OFFSET(ts) AS ts,
  LATEST_BY_OFFSET(tx) AS tx,
  COUNT(*) AS n,
  AVG(tx->amount) AS mean,
  STDDEV_SAMPLE(tx->amount) AS sd,
  MAX(tx->amount) AS greatest,
  MIN(ts) AS first_ts,
  LATEST_BY_OFFSET(STRUCT(ts := ts, amount := tx->amount, party := tx->party), 64) AS recent
FROM account_seen_changes
WHERE ARRAY_LENGTH(ARRAY_REMOVE(ids, tx->id)) = ARRAY_LENGTH(ids) - 1
GROUP BY account_id
EMIT CHANGES;
