-- Table: the valid transactions, each beside the ids its account sent last.
-- Key: account id. Grain: one row per account; its topic has one record per valid transaction, which 050 reads.
-- ids: transaction ids of the account's latest 32 valid arrivals, repeated ones included, the current one last.
-- Needs cache.max.bytes.buffering=0, else updates of one account are merged and transactions vanish.
CREATE TABLE account_seen WITH (KAFKA_TOPIC='account_seen', VALUE_FORMAT='AVRO') AS
SELECT
  account_id,
  LATEST_BY_OFFSET(UNIX_TIMESTAMP(event_time)) AS ts,
  LATEST_BY_OFFSET(STRUCT(
    id := transaction_id,
    ingested := UNIX_TIMESTAMP(ingested_at),
    type := type,
    channel := channel,
    amount := amount,
    party := counterparty_id,
    old_origin := old_balance_origin,
    old_destination := old_balance_destination)) AS tx,
  LATEST_BY_OFFSET(transaction_id, 32) AS ids
FROM transactions
WHERE CASE
    WHEN account_id IS NULL OR account_id = '' THEN 'no account'
    WHEN transaction_id IS NULL OR transaction_id = '' THEN 'no transaction id'
    WHEN event_time IS NULL OR UNIX_TIMESTAMP(event_time) <= 0 THEN 'no event time'
    WHEN ingested_at IS NULL OR UNIX_TIMESTAMP(ingested_at) <= 0 THEN 'no ingestion time'
    WHEN UNIX_TIMESTAMP(event_time) > UNIX_TIMESTAMP(ingested_at) + 300000 THEN 'event time in the future'
    WHEN amount IS NULL THEN 'no amount'
    WHEN amount < 0 THEN 'negative amount'
    WHEN NOT (amount <= 1e12) THEN 'impossible amount'
    ELSE '' END = ''
GROUP BY account_id
EMIT CHANGES;
