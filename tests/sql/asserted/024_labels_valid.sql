--@test: rowtime is the time of the event
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../sql/024_labels_valid.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-02-05T10:00:00', true, 'p');
ASSERT VALUES labels_valid (transaction_id, event_time, labelled_at, is_fraud, counterparty_id, rowtime)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-02-05T10:00:00', true, 'p', 1767607200000);

--@test: what is rejected does not come
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../sql/024_labels_valid.sql';
RUN SCRIPT 'given/invalid_labels.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('good', '2026-01-05T10:00:00', '2026-01-05T10:00:00', false, NULL);
ASSERT VALUES labels_valid (transaction_id, is_fraud) VALUES ('good', false);
