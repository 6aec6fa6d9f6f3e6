--@test: a repeated id is told, for each account
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/040_account_seen.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('b', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 1.0, NULL);
ASSERT VALUES account_seen (account_id, ts, repeated) VALUES ('a', 1767607200000, false);
ASSERT VALUES account_seen (account_id, repeated) VALUES ('b', false);
ASSERT VALUES account_seen (account_id, ts, repeated) VALUES ('a', 1767610800000, true);
ASSERT VALUES account_seen (account_id, repeated) VALUES ('a', false);

--@test: invalid transactions do not enter
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/040_account_seen.sql';
RUN SCRIPT 'given/invalid_transactions.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 'good', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
ASSERT VALUES account_seen (account_id, ts, repeated) VALUES ('a', 1767607200000, false);

--@test: an id 64 arrivals ago is forgotten
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/040_account_seen.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't0', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't3', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't4', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't5', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't6', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't7', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't8', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't9', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't10', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't11', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't12', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't13', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't14', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't15', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't16', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't17', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't18', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't19', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't20', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't21', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't22', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't23', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't24', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't25', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't26', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't27', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't28', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't29', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't30', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't31', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't32', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't33', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't34', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't35', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't36', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't37', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't38', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't39', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't40', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't41', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't42', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't43', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't44', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't45', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't46', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't47', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't48', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't49', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't50', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't51', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't52', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't53', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't54', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't55', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't56', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't57', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't58', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't59', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't60', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't61', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't62', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't63', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't0', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (false);
ASSERT VALUES account_seen (repeated) VALUES (true);
