--@test: the record's own timestamp is the row's
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
INSERT INTO fraud_labels (rowtime, transaction_id, event_time, labelled_at, is_fraud) VALUES (1000, 't1', '2026-01-05T10:00:00', '2026-01-06T10:00:00', true);
ASSERT VALUES fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id, rowtime)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-01-06T10:00:00', true, NULL, 1000);
ASSERT STREAM fraud_labels WITH (KAFKA_TOPIC='fraud_labels', VALUE_FORMAT='AVRO');
