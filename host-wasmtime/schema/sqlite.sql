CREATE TABLE IF NOT EXISTS portcullis_meta (
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
