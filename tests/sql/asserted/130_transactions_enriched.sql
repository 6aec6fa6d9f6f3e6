--@test: one row for each valid transaction, by its id and at its event time
RUN SCRIPT 'given/before_enriched.sql';
RUN SCRIPT '../../../sql/130_transactions_enriched.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T13:00:00', '2026-01-05T13:00:00', 'TRANSFER', 9.0, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T13:00:00', '2026-01-05T13:00:00', 'TRANSFER', 9.0, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T12:00:00', '2026-01-05T12:00:00', 'TRANSFER', 3.0, NULL);
ASSERT VALUES transactions_enriched (transaction_id, account_id, counterparty_id, event_time, amount, hour, weekday, account_count_1h, account_knows_counterparty, rowtime)
  VALUES ('t1', 'a', 'p', '2026-01-05T13:00:00', 9.0, 13, 1, 1, false, 1767618000000);
ASSERT VALUES transactions_enriched (transaction_id, account_id, counterparty_id, hour, account_count_24h, account_count_ever, counterparty_count_ever, rowtime)
  VALUES ('t2', 'a', NULL, 12, 1, 2, 1, 1767614400000);

--@test: amount against the account's mean, deviation and greatest
RUN SCRIPT 'given/before_enriched.sql';
RUN SCRIPT '../../../sql/130_transactions_enriched.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 3.0, 'p');
ASSERT VALUES transactions_enriched (transaction_id, amount_to_mean_7d, amount_to_mean_ever, amount_to_max_ever, amount_zscore_ever) VALUES ('t1', 1.0, 1.0, 1.0, 0.0);
ASSERT VALUES transactions_enriched (transaction_id, account_mean_7d, amount_to_mean_7d, amount_to_mean_ever, amount_to_max_ever, account_since_last_ms, account_knows_counterparty, account_pair_count)
  VALUES ('t2', 2.0, 1.5, 1.5, 1.0, 3600000, true, 2);

--@test: without labels there is no risk; a label counts once it is known
RUN SCRIPT 'given/before_enriched.sql';
RUN SCRIPT '../../../sql/130_transactions_enriched.sql';
INSERT INTO fraud_labels (transaction_id, event_time, labelled_at, is_fraud, counterparty_id)
  VALUES ('t0', '2026-01-05T01:00:00', '2026-01-05T02:00:00', true, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T07:59:00', '2026-01-05T07:59:00', 'TRANSFER', 1.0, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T08:00:00', '2026-01-05T08:00:00', 'TRANSFER', 1.0, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't3', '2026-01-05T09:00:00', '2026-01-05T09:00:00', 'TRANSFER', 1.0, 'q');
ASSERT VALUES transactions_enriched (transaction_id, counterparty_labels_24h, counterparty_risk_24h, counterparty_fraud_run, counterparty_last_label_age_ms) VALUES ('t1', 0, 0.0, 0, NULL);
ASSERT VALUES transactions_enriched (transaction_id, counterparty_labels_24h, counterparty_frauds_24h, counterparty_risk_24h, counterparty_label_run, counterparty_fraud_run, counterparty_last_label_age_ms)
  VALUES ('t2', 1, 1, 1.0, 1, 1, 0);
ASSERT VALUES transactions_enriched (transaction_id, counterparty_labels_24h, counterparty_risk_30d, counterparty_labels_truncated) VALUES ('t3', 0, 0.0, false);
