-- Source: verdicts on transactions, as they arrive.
-- Key: transaction id, as it arrived. Grain: one row per record of the topic, impossible ones included.
-- Rowtime is the record's own timestamp: a label with an impossible time has to be rejected before its time counts.
CREATE STREAM fraud_labels (
    transaction_id STRING KEY,
    event_time TIMESTAMP,
    labelled_at TIMESTAMP,
    is_fraud BOOLEAN,
    counterparty_id STRING
  ) WITH (KAFKA_TOPIC='fraud_labels', VALUE_FORMAT='AVRO');
