-- The statements that every host runs on the tables of postgres.sql.
--
-- One statement each, under its name. A page of records has the columns `cursor` and `text`; whatever else is read of
-- the tables has `text` alone.

-- name: server
-- What the server is, and the version of the tables.
SELECT pg_is_in_recovery() AS copy, current_setting('default_transaction_isolation') AS isolation,
  (SELECT value FROM portcullis_meta WHERE name = 'schema') AS schema;

-- name: get
-- The record with this id.
SELECT record AS text FROM portcullis_tokens WHERE id = $1;

-- name: get_at_revision
-- The record with this id, if it is at this revision.
SELECT record AS text FROM portcullis_tokens WHERE id = $1 AND revision = $2;

-- name: commit
-- Writes a change, which is JSON text.
SELECT outcome, number FROM portcullis_commit($1::text::json);

-- name: touch
-- Replaces the text of a record. Where another use was noted meanwhile, or a command given, the text is another one and
-- no row is changed.
UPDATE portcullis_tokens SET last_used_at = coalesce($4::bigint, 0), ends_at = coalesce($5, 9223372036854775807), due_at = $6,
  record = $7
WHERE id = $1 AND revision = $2 AND record = $3 RETURNING id;

-- name: due
-- A page of the records whose time has come by an instant, behind a due time and an id.
SELECT due_at || ':' || id AS cursor, record AS text FROM portcullis_tokens
WHERE due_at <= $1 AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4;

-- name: event
-- The event that a command led to on a token.
SELECT event AS text FROM portcullis_events WHERE token = $1 AND command = $2;

-- name: trail
-- All events of a token.
SELECT event AS text FROM portcullis_events WHERE token = $1 ORDER BY sequence;

-- name: tombstone
-- What is left of a deleted token.
SELECT tombstone AS text FROM portcullis_tombstones WHERE id = $1;

-- name: outbox
-- The oldest notices.
SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT $1;

-- name: acknowledge
-- Drops notices by their keys, always in the same order: two callers with the same notices do not deadlock.
DELETE FROM portcullis_outbox WHERE position = ANY (ARRAY(
  SELECT position FROM portcullis_outbox WHERE key = ANY ($1) ORDER BY position FOR UPDATE));
