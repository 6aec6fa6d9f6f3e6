-- Stream: transactions_scored (220) again, with only the columns that labels are joined to.
-- Key: transaction id. Grain: one row per scored transaction; rowtime is the event time.
CREATE STREAM scores_to_label (
    transaction_id STRING KEY,
    event_time TIMESTAMP,
    type STRING,
    amount DOUBLE,
    score DOUBLE,
    is_fraud BOOLEAN,
    model_version STRING
  ) WITH (KAFKA_TOPIC='transactions_scored', VALUE_FORMAT='AVRO', TIMESTAMP='event_time');
