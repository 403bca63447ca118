// Generated from schema/sqlite.sql and schema/sqlite-statements.sql by `cargo xtask build`.

/** The tables. */
export const schema = `CREATE TABLE IF NOT EXISTS portcullis_meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS portcullis_tokens (
  id TEXT PRIMARY KEY,
  tenant TEXT,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  revision INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at INTEGER,
  due_at INTEGER,
  last_used_at INTEGER,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS portcullis_tokens_owner ON portcullis_tokens (tenant, kind, owner);

CREATE INDEX IF NOT EXISTS portcullis_tokens_due ON portcullis_tokens (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS portcullis_claims (
  claim TEXT PRIMARY KEY,
  token TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS portcullis_events (
  token TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  command TEXT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (token, sequence),
  UNIQUE (token, command)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS portcullis_outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  notice TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS portcullis_tombstones (
  id TEXT PRIMARY KEY,
  tombstone TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO portcullis_meta (name, value) VALUES ('schema', '1');
`

export const statements = {
  /** The version of the tables. */
  schema: `SELECT value AS text FROM portcullis_meta WHERE name = 'schema'`,
  /** The record with this id. */
  get: `SELECT record AS text FROM portcullis_tokens WHERE id = ?`,
  /** The record with this id, if it is at this revision. */
  getAtRevision: `SELECT record AS text FROM portcullis_tokens WHERE id = ? AND revision = ?`,
  /** A page of the records whose time has come by an instant, behind a due time and an id. */
  due: `SELECT due_at || ':' || id AS cursor, record AS text FROM portcullis_tokens
WHERE due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?`,
  /** The event that a command led to on a token. */
  event: `SELECT event AS text FROM portcullis_events WHERE token = ? AND command = ?`,
  /** All events of a token. */
  trail: `SELECT event AS text FROM portcullis_events WHERE token = ? ORDER BY sequence`,
  /** What is left of a deleted token. */
  tombstone: `SELECT tombstone AS text FROM portcullis_tombstones WHERE id = ?`,
  /** The oldest notices. */
  outbox: `SELECT notice AS text FROM portcullis_outbox ORDER BY position LIMIT ?`,
  /** Drops a notice by its key. */
  acknowledge: `DELETE FROM portcullis_outbox WHERE key = ?`,
  /** How many tokens of a kind, tenant and owner are alive at an instant, without those of a JSON list of ids. It counts no further than it must. */
  countOfOwner: `SELECT count(*) AS count FROM (
  SELECT 1 FROM portcullis_tokens
  WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)
    AND id NOT IN (SELECT value FROM json_each(?)) AND owner = ? LIMIT ?
)`,
  /** The same for all owners of a tenant. */
  countOfTenant: `SELECT count(*) AS count FROM (
  SELECT 1 FROM portcullis_tokens
  WHERE kind = ? AND tenant IS ? AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?)
    AND id NOT IN (SELECT value FROM json_each(?)) LIMIT ?
)`,
  /** Gives a name back, if this token holds it. */
  releaseClaim: `DELETE FROM portcullis_claims WHERE claim = ? AND token = ? AND true`,
  /** Takes a name; changes no row where another token holds it. */
  takeClaim: `INSERT INTO portcullis_claims (claim, token) SELECT ?, ? WHERE true
ON CONFLICT (claim) DO UPDATE SET token = excluded.token WHERE token = excluded.token`,
  /** A new record. */
  insertRecord: `INSERT INTO portcullis_tokens
  (tenant, kind, owner, revision, revoked, created_at, ends_at, due_at, last_used_at, record, id)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true`,
  /** A record in the place of the one at a revision; changes no row where it is at another one. */
  updateRecord: `UPDATE portcullis_tokens SET tenant = ?, kind = ?, owner = ?, revision = ?, revoked = ?, created_at = ?, ends_at = ?,
  due_at = ?, last_used_at = ?, record = ?
WHERE id = ? AND revision = ? AND true`,
  /** Removes the record at a revision; changes no row where it is at another one. */
  deleteRecord: `DELETE FROM portcullis_tokens WHERE id = ? AND revision = ? AND true`,
  insertTombstone: `INSERT INTO portcullis_tombstones (id, tombstone) SELECT ?, ? WHERE true`,
  insertEvent: `INSERT INTO portcullis_events (token, sequence, command, event) SELECT ?, ?, ?, ? WHERE true`,
  /** Leaves a notice whose key is there as it is. */
  insertNotice: `INSERT OR IGNORE INTO portcullis_outbox (key, notice) SELECT ?, ? WHERE true`,
} as const
