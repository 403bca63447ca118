-- The statements that every host runs on the tables of sqlite.sql, in a file or in Cloudflare D1.
--
-- One statement each, under its name. What is bound stands in the order of the question marks. A page of records has
-- the columns `cursor` and `text`; whatever else is read has `text` alone.

-- name: schema
-- The version of the tables.
SELECT value AS text FROM portcullis_meta WHERE name = 'schema';

-- name: get
-- The record with this id.
SELECT record AS text FROM portcullis_tokens WHERE id = ?;

-- name: get_at_revision
-- The record with this id, if it is at this revision.
SELECT record AS text FROM portcullis_tokens WHERE id = ? AND revision = ?;

-- name: due
-- A page of the records whose time has come by an instant, behind a due time and an id.
SELECT due_at || ':' || id AS cursor, record AS text FROM portcullis_tokens
WHERE due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?;

-- name: event
-- The event that a command led to on a token.
SELECT event AS text FROM portcullis_events WHERE token = ? AND command = ?;

-- name: trail
-- All events of a token.
SELECT event AS text FROM portcullis_events WHERE token = ? ORDER BY sequence;

-- name: tombstone
-- What is left of a deleted token.
SELECT tombstone AS text FROM portcullis_tombstones WHERE id = ?;

-- name: outbox
-- The oldest notices.
SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT ?;

-- name: acknowledge
-- Drops a notice by its key.
DELETE FROM portcullis_outbox WHERE key = ?;

-- name: count_of_owner
-- How many tokens of a kind, tenant and owner are alive at an instant, without those of a JSON list of ids. It counts no
-- further than it must.
SELECT count(*) AS count FROM (
  SELECT 1 FROM portcullis_tokens
  WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)
    AND id NOT IN (SELECT value FROM json_each(?)) AND owner = ? LIMIT ?
);

-- name: count_of_tenant
-- The same for all owners of a tenant.
SELECT count(*) AS count FROM (
  SELECT 1 FROM portcullis_tokens
  WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)
    AND id NOT IN (SELECT value FROM json_each(?)) LIMIT ?
);

-- The statements below write. Each ends in a condition that always holds, `true`; D1, whose batches cannot stop halfway,
-- puts another one in its place.

-- name: release_claim
-- Gives a name back, if this token holds it.
DELETE FROM portcullis_claims WHERE claim = ? AND token = ? AND true;

-- name: take_claim
-- Takes a name; changes no row where another token holds it.
INSERT INTO portcullis_claims (claim, token) SELECT ?, ? WHERE true
ON CONFLICT (claim) DO UPDATE SET token = excluded.token WHERE token = excluded.token;

-- name: insert_record
-- A new record.
INSERT INTO portcullis_tokens
  (tenant, kind, owner, revision, revoked, created_at, ends_at, due_at, last_used_at, record, id)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true;

-- name: update_record
-- A record in the place of the one at a revision; changes no row where it is at another one.
UPDATE portcullis_tokens SET tenant = ?, kind = ?, owner = ?, revision = ?, revoked = ?, created_at = ?, ends_at = ?,
  due_at = ?, last_used_at = ?, record = ?
WHERE id = ? AND revision = ? AND true;

-- name: delete_record
-- Removes the record at a revision; changes no row where it is at another one.
DELETE FROM portcullis_tokens WHERE id = ? AND revision = ? AND true;

-- name: insert_tombstone
INSERT INTO portcullis_tombstones (id, tombstone) SELECT ?, ? WHERE true;

-- name: insert_event
INSERT INTO portcullis_events (token, sequence, command, event) SELECT ?, ?, ?, ? WHERE true;

-- name: insert_notice
-- Leaves a notice whose key is there as it is.
INSERT OR IGNORE INTO portcullis_outbox (key, notice) SELECT ?, ? WHERE true;
