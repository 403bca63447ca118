//! Generated from schema/sqlite-statements.sql by `cargo xtask build`.

/// The version of the tables.
pub(super) const SCHEMA: &str = "\
SELECT value AS text FROM portcullis_meta WHERE name = 'schema'";

/// The record with this id.
pub(super) const GET: &str = "\
SELECT record AS text FROM portcullis_tokens WHERE id = ?";

/// The record with this id, if it is at this revision.
pub(super) const GET_AT_REVISION: &str = "\
SELECT record AS text FROM portcullis_tokens WHERE id = ? AND revision = ?";

/// A page of the records whose time has come by an instant, behind a due time and an id.
pub(super) const DUE: &str = "\
SELECT due_at || ':' || id AS cursor, record AS text FROM portcullis_tokens
WHERE due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?";

/// The event that a command led to on a token.
pub(super) const EVENT: &str = "\
SELECT event AS text FROM portcullis_events WHERE token = ? AND command = ?";

/// All events of a token.
pub(super) const TRAIL: &str = "\
SELECT event AS text FROM portcullis_events WHERE token = ? ORDER BY sequence";

/// What is left of a deleted token.
pub(super) const TOMBSTONE: &str = "\
SELECT tombstone AS text FROM portcullis_tombstones WHERE id = ?";

/// The oldest notices.
pub(super) const OUTBOX: &str = "\
SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT ?";

/// Drops a notice by its key.
pub(super) const ACKNOWLEDGE: &str = "\
DELETE FROM portcullis_outbox WHERE key = ?";

/// How many tokens of a kind, tenant and owner are alive at an instant, without those of a JSON list of ids. It counts no
/// further than it must.
pub(super) const COUNT_OF_OWNER: &str = "\
SELECT count(*) AS count FROM (
  SELECT 1 FROM portcullis_tokens
  WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)
    AND id NOT IN (SELECT value FROM json_each(?)) AND owner = ? LIMIT ?
)";

/// The same for all owners of a tenant.
pub(super) const COUNT_OF_TENANT: &str = "\
SELECT count(*) AS count FROM (
  SELECT 1 FROM portcullis_tokens
  WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)
    AND id NOT IN (SELECT value FROM json_each(?)) LIMIT ?
)";

/// Gives a name back, if this token holds it.
pub(super) const RELEASE_CLAIM: &str = "\
DELETE FROM portcullis_claims WHERE claim = ? AND token = ? AND true";

/// Takes a name; changes no row where another token holds it.
pub(super) const TAKE_CLAIM: &str = "\
INSERT INTO portcullis_claims (claim, token) SELECT ?, ? WHERE true
ON CONFLICT (claim) DO UPDATE SET token = excluded.token WHERE token = excluded.token";

/// A new record.
pub(super) const INSERT_RECORD: &str = "\
INSERT INTO portcullis_tokens
  (tenant, kind, owner, revision, revoked, created_at, ends_at, due_at, last_used_at, record, id)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true";

/// A record in the place of the one at a revision; changes no row where it is at another one.
pub(super) const UPDATE_RECORD: &str = "\
UPDATE portcullis_tokens SET tenant = ?, kind = ?, owner = ?, revision = ?, revoked = ?, created_at = ?, ends_at = ?,
  due_at = ?, last_used_at = ?, record = ?
WHERE id = ? AND revision = ? AND true";

/// Removes the record at a revision; changes no row where it is at another one.
pub(super) const DELETE_RECORD: &str = "\
DELETE FROM portcullis_tokens WHERE id = ? AND revision = ? AND true";

pub(super) const INSERT_TOMBSTONE: &str = "\
INSERT INTO portcullis_tombstones (id, tombstone) SELECT ?, ? WHERE true";

pub(super) const INSERT_EVENT: &str = "\
INSERT INTO portcullis_events (token, sequence, command, event) SELECT ?, ?, ?, ? WHERE true";

/// Leaves a notice whose key is there as it is.
pub(super) const INSERT_NOTICE: &str = "\
INSERT OR IGNORE INTO portcullis_outbox (key, notice) SELECT ?, ? WHERE true";
