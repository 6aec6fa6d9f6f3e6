--@test: every change of a counterparty's features is a row at its event time
RUN SCRIPT 'given/account_features.sql';
RUN SCRIPT '../../../sql/100_counterparty_features.sql';
RUN SCRIPT '../../../sql/110_counterparty_features_changes.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('b', 1767603600000, STRUCT(id := 't2', ingested := CAST(1767603600000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(2 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM flat AS SELECT party_key, account_id, tx->id AS id, account->n AS of_account, counterparty->n AS of_counterparty FROM counterparty_features_changes;
ASSERT VALUES flat (party_key, account_id, id, of_account, of_counterparty, rowtime) VALUES ('p', 'a', 't1', 1, 1, 1767607200000);
ASSERT VALUES flat (party_key, account_id, id, of_account, of_counterparty, rowtime) VALUES ('p', 'b', 't2', 1, 2, 1767603600000);
