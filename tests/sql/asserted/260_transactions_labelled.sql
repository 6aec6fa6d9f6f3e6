--@test: each label of a scored transaction is a row
RUN SCRIPT 'given/scores_and_labels.sql';
RUN SCRIPT '../../../sql/260_transactions_labelled.sql';
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.9, true, 'm1');
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-03-05T10:00:00', false, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-04-05T10:00:00', true, NULL);
ASSERT VALUES transactions_labelled (transaction_id, amount, score, is_flagged, is_fraud, model_version, rowtime) VALUES ('t1', 1.0, 0.9, true, false, 'm1', 1767607200000);
ASSERT VALUES transactions_labelled (transaction_id, labelled_at, is_flagged, is_fraud) VALUES ('t1', '2026-04-05T10:00:00', true, true);

--@test: a label of what was not scored waits
RUN SCRIPT 'given/scores_and_labels.sql';
RUN SCRIPT '../../../sql/260_transactions_labelled.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-01-05T11:00:00', true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t2', '2026-01-05T10:00:00', '2026-01-05T11:00:00', true, NULL);
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t2', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.1, false, 'm1');
ASSERT VALUES transactions_labelled (transaction_id, is_flagged, is_fraud) VALUES ('t2', false, true);
