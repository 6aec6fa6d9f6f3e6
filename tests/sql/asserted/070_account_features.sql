--@test: windows end at the event: (t - 1 h, t]
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/070_account_features.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767609000000, STRUCT(id := 't2', ingested := CAST(1767609000000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(2 AS DOUBLE), party := 'q', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767610800000, STRUCT(id := 't3', ingested := CAST(1767610800000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(4 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM changes (account_id STRING KEY, account STRUCT<n_1h INT, sum_1h DOUBLE, max_1h DOUBLE, parties_1h INT, n_24h INT, sum_24h DOUBLE, n BIGINT, greatest DOUBLE, age BIGINT, since_last BIGINT, pair INT>)
  WITH (KAFKA_TOPIC='account_features', VALUE_FORMAT='AVRO');
CREATE STREAM flat AS SELECT account_id, account->n_1h AS n_1h, account->sum_1h AS sum_1h, account->max_1h AS max_1h, account->parties_1h AS parties_1h,
  account->n_24h AS n_24h, account->sum_24h AS sum_24h, account->n AS n, account->greatest AS greatest, account->age AS age, account->since_last AS since_last, account->pair AS pair FROM changes;
ASSERT VALUES flat (account_id, n_1h, sum_1h, max_1h, parties_1h, n_24h, sum_24h, n, greatest, age, since_last, pair) VALUES ('a', 1, 1.0, 1.0, 1, 1, 1.0, 1, 1.0, 0, NULL, 1);
ASSERT VALUES flat (account_id, n_1h, sum_1h, max_1h, parties_1h, n_24h, sum_24h, n, greatest, age, since_last, pair) VALUES ('a', 2, 3.0, 2.0, 2, 2, 3.0, 2, 2.0, 1800000, 1800000, 1);
ASSERT VALUES flat (account_id, n_1h, sum_1h, max_1h, parties_1h, n_24h, sum_24h, n, greatest, age, since_last, pair) VALUES ('a', 2, 6.0, 4.0, 2, 3, 7.0, 3, 4.0, 3600000, 1800000, 2);

--@test: repeated transactions do not count
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/070_account_features.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), true);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't2', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM changes (account_id STRING KEY, account STRUCT<n BIGINT, pair INT>) WITH (KAFKA_TOPIC='account_features', VALUE_FORMAT='AVRO');
CREATE STREAM flat AS SELECT account_id, account->n AS n, account->pair AS pair FROM changes;
ASSERT VALUES flat (account_id, n, pair) VALUES ('a', 1, 0);
ASSERT VALUES flat (account_id, n, pair) VALUES ('a', 2, 0);

--@test: a late transaction sees what was before it
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/070_account_features.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767614400000, STRUCT(id := 't2', ingested := CAST(1767614400000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(2 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767609000000, STRUCT(id := 't3', ingested := CAST(1767609000000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(4 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM changes (account_id STRING KEY, ts BIGINT, account STRUCT<n_24h INT, sum_24h DOUBLE, since_last BIGINT, n BIGINT>) WITH (KAFKA_TOPIC='account_features', VALUE_FORMAT='AVRO');
CREATE STREAM flat AS SELECT account_id, ts, account->n_24h AS n_24h, account->sum_24h AS sum_24h, account->since_last AS since_last, account->n AS n FROM changes;
ASSERT VALUES flat (ts, n_24h, n) VALUES (1767607200000, 1, 1);
ASSERT VALUES flat (ts, n_24h, n) VALUES (1767614400000, 2, 2);
ASSERT VALUES flat (ts, n_24h, sum_24h, since_last, n) VALUES (1767609000000, 2, 5.0, 1800000, 3);
