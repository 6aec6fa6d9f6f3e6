-- Table: the valid transactions, and whether their account has sent the same id before.
-- Key: account id. Grain: one row per account; its topic has one record per valid transaction, which 050 reads.
-- repeated: the id occurs among the account's previous 63 valid arrivals. That is the horizon: an older repetition is not
-- noticed. The ring of 64 ids stays in the table's state and is not written to its topic.
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
    old_destination := old_balance_destination,
    measures := measures,
    attributes := attributes)) AS tx,
  ARRAY_LENGTH(FILTER(LATEST_BY_OFFSET(transaction_id, 64), (i) => i = LATEST_BY_OFFSET(transaction_id))) > 1 AS repeated
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
