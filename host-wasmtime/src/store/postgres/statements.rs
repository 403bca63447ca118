//! Generated from schema/postgres-statements.sql by `cargo xtask build`.

/// What the server is, and the version of the tables.
pub(super) const SERVER: &str = "\
SELECT pg_is_in_recovery() AS copy, current_setting('default_transaction_isolation') AS isolation,
  (SELECT value FROM portcullis_meta WHERE name = 'schema') AS schema";

/// The record with this id.
pub(super) const GET: &str = "\
SELECT record AS text FROM portcullis_tokens WHERE id = $1";

/// The record with this id, if it is at this revision.
pub(super) const GET_AT_REVISION: &str = "\
SELECT record AS text FROM portcullis_tokens WHERE id = $1 AND revision = $2";

/// Writes a change, which is JSON text.
pub(super) const COMMIT: &str = "\
SELECT outcome, number FROM portcullis_commit($1::text::json)";

/// Replaces the text of a record. Where another use was noted meanwhile, or a command given, the text is another one and
/// no row is changed.
pub(super) const TOUCH: &str = "\
UPDATE portcullis_tokens SET last_used_at = coalesce($4::bigint, 0), ends_at = coalesce($5, 9223372036854775807), due_at = $6,
  record = $7
WHERE id = $1 AND revision = $2 AND record = $3 RETURNING id";

/// A page of the records whose time has come by an instant, behind a due time and an id.
pub(super) const DUE: &str = "\
SELECT due_at || ':' || id AS cursor, record AS text FROM portcullis_tokens
WHERE due_at <= $1 AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4";

/// The event that a command led to on a token.
pub(super) const EVENT: &str = "\
SELECT event AS text FROM portcullis_events WHERE token = $1 AND command = $2";

/// All events of a token.
pub(super) const TRAIL: &str = "\
SELECT event AS text FROM portcullis_events WHERE token = $1 ORDER BY sequence";

/// What is left of a deleted token.
pub(super) const TOMBSTONE: &str = "\
SELECT tombstone AS text FROM portcullis_tombstones WHERE id = $1";

/// The oldest notices.
pub(super) const OUTBOX: &str = "\
SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT $1";

/// Drops notices by their keys, always in the same order: two callers with the same notices do not deadlock.
pub(super) const ACKNOWLEDGE: &str = "\
DELETE FROM portcullis_outbox WHERE position = ANY (ARRAY(
  SELECT position FROM portcullis_outbox WHERE key = ANY ($1) ORDER BY position FOR UPDATE))";
