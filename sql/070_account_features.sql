-- Table: each account's features at its latest transaction.
-- Key: account id. Grain: one row per account; its topic has one record per valid, not repeated transaction, which 080 reads.
-- recent: ring of the account's latest 144 arrivals, oldest first, the current one last. It stays in the table's state: the
-- features are computed inside the aggregation. A list of one is transformed three times, so that the ring is named once and
-- kept once, and each window is cut out of the one before: month out of the ring, week out of the month.
-- Windows are (t - w, t] on event time t, over the arrivals in the ring, this one included: n count, sum and max of amount,
-- parties distinct counterparties (none does not count), sd_30d sample standard deviation of amount, 0 for a single one.
-- n, mean, sd, greatest: count, mean, sample standard deviation (STDDEV_SAMP is the variance) and maximum of amount over
-- every arrival up to this one, this one included. age: milliseconds since the earliest event time among them.
-- since_last: milliseconds since the latest earlier arrival in the ring with an event time not after t; null without one.
-- pair: how many arrivals in the ring, this one included and not after t, went to the same counterparty; 0 without one.
-- ring_from: the latest event time among the ring's 8 oldest arrivals: a window that reaches back beyond it may have lost
-- rows once the ring has overflowed (truncated, in 130). Eight and not one, so that a few late arrivals do not hide it.
-- Needs cache.max.bytes.buffering=0, else updates of one account are merged and transactions vanish.
CREATE TABLE account_features WITH (KAFKA_TOPIC='account_features', VALUE_FORMAT='AVRO') AS
SELECT
  account_id,
  LATEST_BY_OFFSET(ts) AS ts,
  LATEST_BY_OFFSET(tx) AS tx,
  TRANSFORM(
    TRANSFORM(
      TRANSFORM(
        ARRAY[STRUCT(
          recent := LATEST_BY_OFFSET(STRUCT(ts := ts, amount := tx->amount, party := tx->party), 144),
          ts := LATEST_BY_OFFSET(ts),
          n := COUNT(*),
          mean := AVG(tx->amount),
          sd := STDDEV_SAMPLE(tx->amount),
          greatest := MAX(tx->amount),
          first_ts := MIN(ts))],
        (x) => STRUCT(
          x := x,
          month := FILTER(x->recent, (r) => r->ts > x->ts - 2592000000 AND r->ts <= x->ts))),
      (y) => STRUCT(
        x := y->x,
        month := y->month,
        n_30d := ARRAY_LENGTH(y->month),
        sum_30d := REDUCE(y->month, CAST(0 AS DOUBLE), (s, r) => s + r->amount),
        week := FILTER(y->month, (r) => r->ts > y->x->ts - 604800000))),
    (z) => STRUCT(
      n_1h := ARRAY_LENGTH(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000)),
      sum_1h := REDUCE(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
      max_1h := ARRAY_MAX(TRANSFORM(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000), (r) => r->amount)),
      parties_1h := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(z->week, (r) => r->ts > z->x->ts - 3600000 AND r->party IS NOT NULL), (r) => r->party))),
      n_24h := ARRAY_LENGTH(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000)),
      sum_24h := REDUCE(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
      max_24h := ARRAY_MAX(TRANSFORM(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000), (r) => r->amount)),
      parties_24h := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(z->week, (r) => r->ts > z->x->ts - 86400000 AND r->party IS NOT NULL), (r) => r->party))),
      n_7d := ARRAY_LENGTH(z->week),
      sum_7d := REDUCE(z->week, CAST(0 AS DOUBLE), (s, r) => s + r->amount),
      max_7d := ARRAY_MAX(TRANSFORM(z->week, (r) => r->amount)),
      parties_7d := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(z->week, (r) => r->party IS NOT NULL), (r) => r->party))),
      n_30d := z->n_30d,
      sum_30d := z->sum_30d,
      max_30d := ARRAY_MAX(TRANSFORM(z->month, (r) => r->amount)),
      sd_30d := CASE WHEN z->n_30d > 1
        THEN TRANSFORM(ARRAY[z->sum_30d / z->n_30d], (m) => SQRT(REDUCE(z->month, CAST(0 AS DOUBLE), (s, r) => s + (r->amount - m) * (r->amount - m)) / (z->n_30d - 1)))[1]
        ELSE CAST(0 AS DOUBLE) END,
      n := z->x->n,
      mean := z->x->mean,
      sd := z->x->sd,
      greatest := z->x->greatest,
      age := z->x->ts - z->x->first_ts,
      since_last := z->x->ts - ARRAY_MAX(TRANSFORM(FILTER(SLICE(z->x->recent, 1, ARRAY_LENGTH(z->x->recent) - 1), (r) => r->ts <= z->x->ts), (r) => r->ts)),
      pair := ARRAY_LENGTH(FILTER(z->x->recent, (r) => r->party = z->x->recent[-1]->party AND r->ts <= z->x->ts)),
      ring_from := ARRAY_MAX(TRANSFORM(SLICE(z->x->recent, 1, 8), (r) => r->ts))))[1] AS account
FROM account_seen_changes
WHERE NOT repeated
GROUP BY account_id
EMIT CHANGES;
