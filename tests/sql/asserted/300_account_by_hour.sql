--@test: hours of the clock, repeated ones left out
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/300_account_by_hour.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767610740000, STRUCT(id := 't2', ingested := CAST(1767610740000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(4 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767610740000, STRUCT(id := 't2', ingested := CAST(1767610740000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(4 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), true);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767610800000, STRUCT(id := 't3', ingested := CAST(1767610800000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(2 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
ASSERT VALUES account_by_hour (account_id, windowstart, windowend, transactions, amount, greatest, last_ts) VALUES ('a', 1767607200000, 1767610800000, 1, 1.0, 1.0, 1767607200000);
ASSERT VALUES account_by_hour (account_id, windowstart, windowend, transactions, amount, greatest, last_ts) VALUES ('a', 1767607200000, 1767610800000, 2, 5.0, 4.0, 1767610740000);
ASSERT VALUES account_by_hour (account_id, windowstart, transactions, amount) VALUES ('a', 1767610800000, 1, 2.0);

--@test: seven days late is too late, a minute less is not
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/300_account_by_hour.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1768212000000, STRUCT(id := 't1', ingested := CAST(1768212000000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767603600000, STRUCT(id := 't2', ingested := CAST(1767603600000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(2 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607260000, STRUCT(id := 't3', ingested := CAST(1767607260000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(4 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
ASSERT VALUES account_by_hour (account_id, windowstart, transactions) VALUES ('a', 1768212000000, 1);
ASSERT VALUES account_by_hour (account_id, windowstart, transactions, amount) VALUES ('a', 1767607200000, 1, 4.0);
