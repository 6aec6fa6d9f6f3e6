-- Labels that cannot be used: one for each reason, and both ways of having no time.
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('', '2026-01-05T10:00:00', '2026-01-05T11:00:00', true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', NULL, '2026-01-05T11:00:00', true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t2', '1969-12-31T23:00:00', '2026-01-05T11:00:00', true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t3', '2026-01-05T10:00:00', '2026-01-05T09:00:00', true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t4', '2026-01-05T10:00:00', NULL, true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t5', '2026-01-05T10:00:00', '2026-01-05T11:00:00', NULL, NULL);
