--@test: windows over all accounts
RUN SCRIPT 'given/account_features.sql';
RUN SCRIPT '../../../sql/100_counterparty_features.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('b', 1767609000000, STRUCT(id := 't2', ingested := CAST(1767609000000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(3 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767610800000, STRUCT(id := 't3', ingested := CAST(1767610800000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(5 AS DOUBLE), party := 'p', old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM changes (party_key STRING KEY, account_id STRING, counterparty STRUCT<n_1h INT, sum_1h DOUBLE, accounts_1h INT, n_24h INT, n BIGINT, mean DOUBLE, age BIGINT, since_last BIGINT>)
  WITH (KAFKA_TOPIC='counterparty_features', VALUE_FORMAT='AVRO');
CREATE STREAM flat AS SELECT party_key, account_id, counterparty->n_1h AS n_1h, counterparty->sum_1h AS sum_1h, counterparty->accounts_1h AS accounts_1h, counterparty->n_24h AS n_24h,
  counterparty->n AS n, counterparty->mean AS mean, counterparty->age AS age, counterparty->since_last AS since_last FROM changes;
ASSERT VALUES flat (party_key, account_id, n_1h, sum_1h, accounts_1h, n, mean, age, since_last) VALUES ('p', 'a', 1, 1.0, 1, 1, 1.0, 0, NULL);
ASSERT VALUES flat (party_key, account_id, n_1h, sum_1h, accounts_1h, n, mean, age, since_last) VALUES ('p', 'b', 2, 4.0, 2, 2, 2.0, 1800000, 1800000);
ASSERT VALUES flat (party_key, account_id, n_1h, sum_1h, accounts_1h, n_24h, n, mean, age, since_last) VALUES ('p', 'a', 2, 8.0, 2, 3, 3, 3.0, 3600000, 1800000);

--@test: without a counterparty: the account's own
RUN SCRIPT 'given/account_features.sql';
RUN SCRIPT '../../../sql/100_counterparty_features.sql';
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't1', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('b', 1767607200000, STRUCT(id := 't2', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
INSERT INTO account_seen_changes (account_id, ts, tx, repeated)
  VALUES ('a', 1767607200000, STRUCT(id := 't3', ingested := CAST(1767607200000 AS BIGINT), type := 'TRANSFER', channel := CAST(NULL AS STRING),
    amount := CAST(1 AS DOUBLE), party := CAST(NULL AS STRING), old_origin := CAST(NULL AS DOUBLE), old_destination := CAST(NULL AS DOUBLE),
    measures := CAST(NULL AS ARRAY<STRUCT<name STRING, value DOUBLE>>), attributes := CAST(NULL AS ARRAY<STRUCT<name STRING, value STRING>>)), false);
CREATE STREAM changes (party_key STRING KEY, account_id STRING, counterparty STRUCT<n_1h INT, sum_1h DOUBLE, accounts_1h INT, n_24h INT, n BIGINT, mean DOUBLE, age BIGINT, since_last BIGINT>)
  WITH (KAFKA_TOPIC='counterparty_features', VALUE_FORMAT='AVRO');
CREATE STREAM flat AS SELECT party_key, account_id, counterparty->n_1h AS n_1h, counterparty->sum_1h AS sum_1h, counterparty->accounts_1h AS accounts_1h, counterparty->n_24h AS n_24h,
  counterparty->n AS n, counterparty->mean AS mean, counterparty->age AS age, counterparty->since_last AS since_last FROM changes;
ASSERT VALUES flat (party_key, account_id, n) VALUES ('~a', 'a', 1);
ASSERT VALUES flat (party_key, account_id, n) VALUES ('~b', 'b', 1);
ASSERT VALUES flat (party_key, account_id, n) VALUES ('~a', 'a', 2);
