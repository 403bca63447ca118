-- The tables, and the one function that writes a change. The store makes them at first use; or an administrator makes
-- them beforehand with psql --file postgres.sql. After that a store needs to read and write the tables, nothing else.
--
-- PostgreSQL takes no character 0 in a text. In texts that are looked up, U+2400 0 stands for it, and U+2400 twice for
-- U+2400. Instants are milliseconds since 1970. A text may be too long for an index, so the columns *_key hold a hash of
-- it: the hash finds rows, and the text is compared as well.
BEGIN;

SELECT pg_advisory_xact_lock(7306086884279152739);

CREATE TABLE IF NOT EXISTS portcullis_meta (
  name text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE IF NOT EXISTS portcullis_tokens (
  id text COLLATE "C" PRIMARY KEY,
  tenant text COLLATE "C",
  tenant_key bigint GENERATED ALWAYS AS (coalesce(hashtextextended(tenant, 0), 0)) STORED,
  kind text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  owner_key bigint GENERATED ALWAYS AS (hashtextextended(owner, 0)) STORED,
  revision bigint NOT NULL,
  revoked boolean NOT NULL,
  created_at bigint NOT NULL,
  -- 9223372036854775807: never.
  ends_at bigint NOT NULL,
  due_at bigint,
  -- 0: never.
  last_used_at bigint NOT NULL,
  record text NOT NULL
);

CREATE INDEX IF NOT EXISTS portcullis_tokens_tenant ON portcullis_tokens (tenant_key, id);

CREATE INDEX IF NOT EXISTS portcullis_tokens_owner ON portcullis_tokens (tenant_key, owner_key, id);

CREATE INDEX IF NOT EXISTS portcullis_tokens_alive ON portcullis_tokens (tenant_key, kind, ends_at) WHERE NOT revoked;

CREATE INDEX IF NOT EXISTS portcullis_tokens_owned ON portcullis_tokens (tenant_key, kind, owner_key, ends_at)
  WHERE NOT revoked;

CREATE INDEX IF NOT EXISTS portcullis_tokens_due ON portcullis_tokens (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS portcullis_claims (
  hash bytea PRIMARY KEY,
  claim text NOT NULL,
  token text COLLATE "C" NOT NULL
);

CREATE TABLE IF NOT EXISTS portcullis_events (
  token text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  command text COLLATE "C" NOT NULL,
  event text NOT NULL,
  PRIMARY KEY (token, sequence),
  UNIQUE (token, command)
);

CREATE TABLE IF NOT EXISTS portcullis_outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text COLLATE "C" NOT NULL UNIQUE,
  notice text NOT NULL
);

CREATE TABLE IF NOT EXISTS portcullis_tombstones (
  id text COLLATE "C" PRIMARY KEY,
  tombstone text NOT NULL
);

-- Writes a change, or says in a word why not; `number` is the guard or claim that does not hold, from 0.
--
-- A call is a transaction of its own. First it locks the name of everything that it reads or writes, always in the same
-- order: of two changes that share a token, a limit or a claim one waits for the other, without deadlock. Each statement
-- after the locks sees what was committed before it (READ COMMITTED). A snapshot taken before the locks would not, so
-- any other isolation level is refused. Every check comes before the first write.
CREATE OR REPLACE FUNCTION portcullis_commit(change json, OUT outcome text, OUT number integer)
LANGUAGE plpgsql AS $$
DECLARE
  lock bigint;
  item record;
  held record;
  changed bigint;
  own text[];
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'portcullis_commit needs the isolation level read committed' USING ERRCODE = '25001';
  END IF;
  -- A confirmed revocation is on disk, however this server is set for other uses.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'local', true);
  END IF;

  FOR lock IN
    SELECT DISTINCT hashtextextended(name, 1) FROM (
      SELECT 'token ' || (write ->> 'id') FROM json_array_elements(change -> 'writes') AS write
      UNION ALL SELECT 'token ' || (read ->> 'id') FROM json_array_elements(change -> 'reads') AS read
      UNION ALL SELECT 'token ' || (event ->> 'token') FROM json_array_elements(change -> 'events') AS event
      UNION ALL SELECT 'claim ' || (claim ->> 'claim') FROM json_array_elements(change -> 'claims') AS claim
      UNION ALL SELECT 'claim ' || (claim ->> 'claim') FROM json_array_elements(change -> 'releases') AS claim
      UNION ALL SELECT 'notice ' || (notice ->> 'key') FROM json_array_elements(change -> 'notices') AS notice
      UNION ALL SELECT concat_ws(' ', 'limit', guard ->> 'kind', guard ->> 'tenant', guard ->> 'owner')
        FROM json_array_elements(change -> 'guards') AS guard
    ) AS names (name) ORDER BY 1
  LOOP
    PERFORM pg_advisory_xact_lock(lock);
  END LOOP;

  FOR item IN SELECT * FROM json_to_recordset(change -> 'events') AS event (token text, command text) LOOP
    IF EXISTS (SELECT FROM portcullis_events AS e WHERE e.token = item.token AND e.command = item.command) THEN
      outcome := 'repeated';
      RETURN;
    END IF;
  END LOOP;

  IF EXISTS (
    SELECT FROM json_to_recordset(change -> 'reads') AS read (id text, was bigint)
    WHERE NOT EXISTS (SELECT FROM portcullis_tokens AS t WHERE t.id = read.id AND t.revision = read.was)
  ) THEN
    outcome := 'conflict';
    RETURN;
  END IF;

  FOR item IN SELECT * FROM json_to_recordset(change -> 'writes') AS write (id text, was bigint, seen bigint) ORDER BY id LOOP
    -- The row is locked against uses that are noted meanwhile: a touch locks nothing else.
    SELECT revision, last_used_at INTO held FROM portcullis_tokens AS t WHERE t.id = item.id FOR UPDATE;
    IF (CASE WHEN FOUND THEN held.revision <> item.was OR held.last_used_at > coalesce(item.seen, 9223372036854775807)
      ELSE item.was <> 0 OR EXISTS (SELECT FROM portcullis_tombstones AS t WHERE t.id = item.id) END)
    THEN
      outcome := 'conflict';
      RETURN;
    END IF;
  END LOOP;

  own := ARRAY(SELECT write ->> 'id' FROM json_array_elements(change -> 'writes') AS write);
  number := 0;
  FOR item IN
    SELECT * FROM json_to_recordset(change -> 'guards') AS guard (kind text, tenant text, owner text, below bigint, now bigint)
  LOOP
    IF item.owner IS NULL THEN
      SELECT count(*) INTO changed FROM (
        SELECT FROM portcullis_tokens AS t
        WHERE t.tenant_key = coalesce(hashtextextended(item.tenant, 0), 0) AND t.tenant IS NOT DISTINCT FROM item.tenant
          AND t.kind = item.kind AND NOT t.revoked AND t.ends_at > item.now AND t.id <> ALL (own)
        LIMIT item.below
      ) AS alive;
    ELSE
      SELECT count(*) INTO changed FROM (
        SELECT FROM portcullis_tokens AS t
        WHERE t.tenant_key = coalesce(hashtextextended(item.tenant, 0), 0) AND t.tenant IS NOT DISTINCT FROM item.tenant
          AND t.owner_key = hashtextextended(item.owner, 0) AND t.owner = item.owner
          AND t.kind = item.kind AND NOT t.revoked AND t.ends_at > item.now AND t.id <> ALL (own)
        LIMIT item.below
      ) AS alive;
    END IF;
    IF changed >= item.below THEN
      outcome := 'limit_reached';
      RETURN;
    END IF;
    number := number + 1;
  END LOOP;

  number := 0;
  FOR item IN
    SELECT * FROM ROWS FROM (json_to_recordset(change -> 'claims') AS (claim text, token text)) WITH ORDINALITY AS c (claim, token, place)
  LOOP
    IF EXISTS (
      SELECT FROM portcullis_claims AS c
      WHERE c.hash = sha256(convert_to(item.claim, 'UTF8')) AND c.token <> item.token AND NOT EXISTS (
        SELECT FROM json_to_recordset(change -> 'releases') AS release (claim text, token text)
        WHERE release.claim = item.claim AND release.token = c.token
      )
    ) OR EXISTS (
      SELECT FROM ROWS FROM (json_to_recordset(change -> 'claims') AS (claim text, token text)) WITH ORDINALITY AS c (claim, token, place)
      WHERE c.place < item.place AND c.claim = item.claim AND c.token <> item.token
    ) THEN
      outcome := 'not_unique';
      RETURN;
    END IF;
    number := number + 1;
  END LOOP;

  outcome := 'committed';
  number := NULL;
  DELETE FROM portcullis_claims AS c USING json_to_recordset(change -> 'releases') AS release (claim text, token text)
    WHERE c.hash = sha256(convert_to(release.claim, 'UTF8')) AND c.token = release.token;
  FOR item IN SELECT * FROM json_to_recordset(change -> 'claims') AS claim (claim text, token text) LOOP
    INSERT INTO portcullis_claims (hash, claim, token)
      VALUES (sha256(convert_to(item.claim, 'UTF8')), item.claim, item.token)
      ON CONFLICT (hash) DO UPDATE SET token = excluded.token;
  END LOOP;

  FOR item IN
    SELECT * FROM json_to_recordset(change -> 'writes') AS write (
      id text, was bigint, record text, tenant text, kind text, owner text, revision bigint, revoked boolean,
      created_at bigint, ends_at bigint, due_at bigint, last_used_at bigint
    )
  LOOP
    IF item.record IS NULL THEN
      DELETE FROM portcullis_tokens AS t WHERE t.id = item.id AND t.revision = item.was;
    ELSIF item.was = 0 THEN
      INSERT INTO portcullis_tokens (
        id, tenant, kind, owner, revision, revoked, created_at, ends_at, due_at, last_used_at, record
      ) VALUES (
        item.id, item.tenant, item.kind, item.owner, item.revision, item.revoked, item.created_at,
        coalesce(item.ends_at, 9223372036854775807), item.due_at, coalesce(item.last_used_at, 0), item.record
      );
    ELSE
      UPDATE portcullis_tokens AS t SET
        tenant = item.tenant, kind = item.kind, owner = item.owner, revision = item.revision, revoked = item.revoked,
        created_at = item.created_at, ends_at = coalesce(item.ends_at, 9223372036854775807), due_at = item.due_at,
        last_used_at = coalesce(item.last_used_at, 0), record = item.record
      WHERE t.id = item.id AND t.revision = item.was;
    END IF;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed <> 1 THEN
      RAISE EXCEPTION 'portcullis_commit changed % rows in the place of one', changed USING ERRCODE = 'P0001';
    END IF;
  END LOOP;

  INSERT INTO portcullis_tombstones (id, tombstone)
    SELECT change -> 'tombstone' ->> 'id', change -> 'tombstone' ->> 'tombstone'
    WHERE json_typeof(change -> 'tombstone') = 'object';
  INSERT INTO portcullis_events (token, sequence, command, event)
    SELECT * FROM json_to_recordset(change -> 'events') AS event (token text, sequence bigint, command text, event text);
  FOR item IN SELECT * FROM json_to_recordset(change -> 'notices') AS notice (key text, notice text) LOOP
    INSERT INTO portcullis_outbox (key, notice) VALUES (item.key, item.notice) ON CONFLICT (key) DO NOTHING;
  END LOOP;
END
$$;

INSERT INTO portcullis_meta (name, value) VALUES ('schema', '1') ON CONFLICT (name) DO NOTHING;

COMMIT;
