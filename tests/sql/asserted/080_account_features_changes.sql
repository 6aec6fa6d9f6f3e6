--@test: every change of an account's features is a row at its event time
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/070_account_features.sql';
RUN SCRIPT '../../../sql/080_account_features_changes.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767603600000, STRUCT(id := 't2', ingested := CAST(1767603600000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(2 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM flat AS SELECT account_id, tx->id AS id, account->n AS n FROM account_features_changes;
ASSERT VALUES flat (account_id, id, n, rowtime) VALUES ('a', 't1', 1, 1767607200000);
ASSERT VALUES flat (account_id, id, n, rowtime) VALUES ('a', 't2', 2, 1767603600000);
