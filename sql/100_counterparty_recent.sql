-- Table: each counterparty's latest transactions and running figures.
-- Key: counterparty id ('~' and the account id for transactions without one). Grain: one row per counterparty; its topic
-- has one record per valid, not repeated transaction (110).
-- recent: ring of the counterparty's latest 64 arrivals over all accounts, oldest first, the current one last.
-- With several partitions arrivals of different accounts come in the order this topic (account_features) has them.
-- n, mean: count and mean of amount over every arrival up to this one. first_ts: the earliest event time among them.
CREATE TABLE counterparty_recent WITH (KAFKA_TOPIC='counterparty_recent', VALUE_FORMAT='AVRO') AS
SELECT
  party_key,
  LATEST_BY_OFFSET(ts) AS ts,
  LATEST_BY_OFFSET(account_id) AS account_id,
  LATEST_BY_OFFSET(tx) AS tx,
  LATEST_BY_OFFSET(account) AS account,
  COUNT(*) AS n,
  AVG(tx->amount) AS mean,
  MIN(ts) AS first_ts,
  LATEST_BY_OFFSET(STRUCT(ts := ts, amount := tx->amount, account_id := account_id), 64) AS recent
FROM account_features
GROUP BY party_key
EMIT CHANGES;
