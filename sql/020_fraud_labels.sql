-- Source: verdicts on transactions, read at the time they became known.
-- Key: transaction id. Grain: one row per label; rowtime is labelled_at.
CREATE STREAM fraud_labels (
    transaction_id STRING KEY,
    labelled_at TIMESTAMP,
    is_fraud BOOLEAN,
    counterparty_id STRING
  ) WITH (KAFKA_TOPIC='fraud_labels', VALUE_FORMAT='AVRO', TIMESTAMP='labelled_at');
