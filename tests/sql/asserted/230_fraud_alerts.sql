--@test: only what was flagged
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/230_fraud_alerts.sql';
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.4, false, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t2', 'a', '2026-01-05T11:00:00', 'TRANSFER', 2.0, 0.9, true, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t3', 'a', '2026-01-05T12:00:00', 'TRANSFER', 2.0, 0.9, NULL, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t4', 'b', '2026-01-05T09:00:00', 'CASH', 3.0, 0.8, true, 'm1');
ASSERT VALUES fraud_alerts (transaction_id, account_id, type, amount, score, rowtime) VALUES ('t2', 'a', 'TRANSFER', 2.0, 0.9, 1767610800000);
ASSERT VALUES fraud_alerts (transaction_id, account_id, type, amount, score, rowtime) VALUES ('t4', 'b', 'CASH', 3.0, 0.8, 1767603600000);
ASSERT STREAM fraud_alerts WITH (KAFKA_TOPIC='fraud_alerts', VALUE_FORMAT='AVRO', TIMESTAMP='event_time');
