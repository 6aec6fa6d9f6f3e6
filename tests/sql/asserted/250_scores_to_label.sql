--@test: the scored stream at its event time
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/250_scores_to_label.sql';
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.4, false, 'm2');
CREATE STREAM flat AS SELECT transaction_id, type, amount, score, is_fraud, model_version FROM scores_to_label;
ASSERT VALUES flat (transaction_id, type, amount, score, is_fraud, model_version, rowtime) VALUES ('t1', 'TRANSFER', 1.0, 0.4, false, 'm2', 1767607200000);
