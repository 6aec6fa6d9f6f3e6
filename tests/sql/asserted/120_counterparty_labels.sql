--@test: a label counts six hours after it was given
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../sql/024_labels_valid.sql';
RUN SCRIPT '../../../sql/120_counterparty_labels.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t1', '2026-01-05T01:00:00', '2026-01-05T10:00:00', true, 'p');
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t2', '2026-01-05T02:00:00', '2026-01-05T11:00:00', false, 'p');
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t3', '2026-01-05T03:00:00', '2026-01-05T11:00:00', true, NULL);
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t4', '2026-01-05T04:00:00', '2026-01-05T12:00:00', true, 'q');
ASSERT VALUES counterparty_labels (counterparty_id, n, labels) VALUES ('p', 1, ARRAY[STRUCT(known := CAST(1767628800000 AS BIGINT), fraud := true)]);
ASSERT VALUES counterparty_labels (counterparty_id, n, labels)
  VALUES ('p', 2, ARRAY[STRUCT(known := CAST(1767628800000 AS BIGINT), fraud := true), STRUCT(known := CAST(1767632400000 AS BIGINT), fraud := false)]);
ASSERT VALUES counterparty_labels (counterparty_id, n) VALUES ('q', 1);
