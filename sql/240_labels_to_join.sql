-- Stream: fraud_labels (020) again, read at the event time of the transaction each label is about.
-- Key: transaction id. Grain: one row per label; rowtime is the transaction's event time, so that a label meets its
-- transaction however many days later it comes.
CREATE STREAM labels_to_join (
    transaction_id STRING KEY,
    event_time TIMESTAMP,
    labelled_at TIMESTAMP,
    is_fraud BOOLEAN
  ) WITH (KAFKA_TOPIC='fraud_labels', VALUE_FORMAT='AVRO', TIMESTAMP='event_time');
