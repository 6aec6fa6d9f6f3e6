--@test: the record's own timestamp is the row's, whatever the event time
RUN SCRIPT '../../../sql/010_transactions.sql';
INSERT INTO transactions (rowtime, account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES (1000, 'a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 12.5, NULL);
ASSERT VALUES transactions (account_id, transaction_id, event_time, amount, rowtime) VALUES ('a', 't1', '2026-01-05T10:00:00', 12.5, 1000);
ASSERT STREAM transactions WITH (KAFKA_TOPIC='transactions', VALUE_FORMAT='AVRO');

--@test: a row without an event time stays
RUN SCRIPT '../../../sql/010_transactions.sql';
INSERT INTO transactions (rowtime, account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES (1000, 'a', 't1', NULL, NULL, 'TRANSFER', 1.0, NULL);
ASSERT VALUES transactions (account_id, transaction_id, event_time, rowtime) VALUES ('a', 't1', NULL, 1000);

--@test: further measures and attributes
RUN SCRIPT '../../../sql/010_transactions.sql';
INSERT INTO transactions (account_id, transaction_id, measures, attributes)
  VALUES ('a', 't1', ARRAY[STRUCT(name := 'balance', value := 7.5E0)], ARRAY[STRUCT(name := 'device', value := 'd9')]);
ASSERT VALUES transactions (transaction_id, measures, attributes)
  VALUES ('t1', ARRAY[STRUCT(name := 'balance', value := 7.5E0)], ARRAY[STRUCT(name := 'device', value := 'd9')]);
