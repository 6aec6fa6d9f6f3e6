--@test: each reason, the first that applies
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../sql/022_labels_rejected.sql';
RUN SCRIPT 'given/invalid_labels.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('', NULL, NULL, NULL, NULL);
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('', 'no transaction id');
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('t1', 'no event time');
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('t2', 'no event time');
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('t3', 'labelled before the event');
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('t4', 'labelled before the event');
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('t5', 'no verdict');
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('', 'no transaction id');

--@test: a label at the moment of the event is good
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../sql/022_labels_rejected.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', false, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t2', '2026-01-05T10:00:00', '2026-01-05T09:00:00', false, NULL);
ASSERT VALUES labels_rejected (transaction_id, reason) VALUES ('t2', 'labelled before the event');
