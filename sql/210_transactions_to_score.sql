-- Stream: transactions_enriched (130) again, with only the columns that flags and labels are joined to.
-- Key: transaction id. Grain: one row per enriched transaction; rowtime is the event time. A join keeps every column its
-- source declares, so few are declared here.
CREATE STREAM transactions_to_score (
    transaction_id STRING KEY,
    account_id STRING,
    counterparty_id STRING,
    event_time TIMESTAMP,
    type STRING,
    channel STRING,
    amount DOUBLE
  ) WITH (KAFKA_TOPIC='transactions_enriched', VALUE_FORMAT='AVRO', TIMESTAMP='event_time');
