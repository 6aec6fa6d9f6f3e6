--@test: a transaction is in two windows of 24 hours
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/310_account_by_day.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767618000000, STRUCT(id := 't1', ingested := CAST(1767618000000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767621600000, STRUCT(id := 't2', ingested := CAST(1767621600000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(3 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
ASSERT VALUES account_by_day (account_id, windowstart, windowend, transactions) VALUES ('a', 1767571200000, 1767657600000, 1);
ASSERT VALUES account_by_day (account_id, windowstart, windowend, transactions) VALUES ('a', 1767614400000, 1767700800000, 1);
ASSERT VALUES account_by_day (account_id, windowstart, transactions, amount, mean, greatest) VALUES ('a', 1767571200000, 2, 4.0, 2.0, 3.0);
ASSERT VALUES account_by_day (account_id, windowstart, transactions, amount, mean, greatest) VALUES ('a', 1767614400000, 2, 4.0, 2.0, 3.0);
