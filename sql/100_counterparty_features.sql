-- Table: each counterparty's features at its latest transaction, beside the account's.
-- Key: counterparty id, or '~' and the account id where there is none. Grain: one row per counterparty; its topic has one
-- record per valid, not repeated transaction, which 110 reads.
-- recent: ring of the counterparty's latest 64 arrivals over all accounts, oldest first, the current one last; kept as in
-- 070, and cut into windows as there.
-- With several partitions arrivals of different accounts come in the order they reach this table.
-- Windows are (t - w, t] on event time t, over the arrivals in the ring, this one included: n count, sum of amount, accounts
-- distinct accounts. n, mean: count and mean of amount over every arrival up to this one; age: milliseconds since the
-- earliest event time among them. since_last, ring_from: as in 070.
CREATE TABLE counterparty_features WITH (KAFKA_TOPIC='counterparty_features', VALUE_FORMAT='AVRO') AS
SELECT
  COALESCE(tx->party, CONCAT('~', account_id)) AS party_key,
  LATEST_BY_OFFSET(ts) AS ts,
  LATEST_BY_OFFSET(account_id) AS account_id,
  LATEST_BY_OFFSET(tx) AS tx,
  LATEST_BY_OFFSET(account) AS account,
  TRANSFORM(
    TRANSFORM(
      TRANSFORM(
        ARRAY[STRUCT(
          recent := LATEST_BY_OFFSET(STRUCT(ts := ts, amount := tx->amount, account_id := account_id), 64),
          ts := LATEST_BY_OFFSET(ts),
          n := COUNT(*),
          mean := AVG(tx->amount),
          first_ts := MIN(ts))],
        (x) => STRUCT(
          x := x,
          month := FILTER(x->recent, (r) => r->ts > x->ts - 2592000000 AND r->ts <= x->ts))),
      (y) => STRUCT(
        x := y->x,
        n_30d := ARRAY_LENGTH(y->month),
        week := FILTER(y->month, (r) => r->ts > y->x->ts - 604800000))),
    (z) => STRUCT(
      n_1h := ARRAY_LENGTH(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000)),
      sum_1h := REDUCE(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
      accounts_1h := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000), (r) => r->account_id))),
      n_24h := ARRAY_LENGTH(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000)),
      sum_24h := REDUCE(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
      accounts_24h := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000), (r) => r->account_id))),
      n_7d := ARRAY_LENGTH(z->week),
      sum_7d := REDUCE(z->week, CAST(0 AS DOUBLE), (s, r) => s + r->amount),
      accounts_7d := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(z->week, (r) => r->account_id))),
      n_30d := z->n_30d,
      n := z->x->n,
      mean := z->x->mean,
      age := z->x->ts - z->x->first_ts,
      since_last := z->x->ts - ARRAY_MAX(TRANSFORM(FILTER(SLICE(z->x->recent, 1, ARRAY_LENGTH(z->x->recent) - 1), (r) => r->ts <= z->x->ts), (r) => r->ts)),
      ring_from := ARRAY_MAX(TRANSFORM(SLICE(z->x->recent, 1, 8), (r) => r->ts))))[1] AS counterparty
FROM account_features_changes
GROUP BY COALESCE(tx->party, CONCAT('~', account_id))
EMIT CHANGES;
