-- Version 1. Times are microseconds since 1970-01-01T00:00:00Z; `number` columns are ours, `key` and `name` are the caller's.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenants (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  number       INTEGER PRIMARY KEY,
  tenant       INTEGER NOT NULL,
  id           BLOB NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  hash         BLOB NOT NULL UNIQUE,
  last_four    TEXT NOT NULL,
  scopes       INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER
) STRICT;

CREATE TABLE token_secrets (
  number     INTEGER PRIMARY KEY,
  id         TEXT NOT NULL,
  secret     BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- One row per commit group. `hash` is blake3(hash of the row before, record); the record goes when it is trimmed, its hash stays.
CREATE TABLE journal (
  position    INTEGER PRIMARY KEY,
  recorded_at INTEGER NOT NULL,
  changes     INTEGER NOT NULL,
  seq_first   INTEGER NOT NULL,
  events      INTEGER NOT NULL,
  hash        BLOB NOT NULL
) STRICT;

-- Apart from the journal's own rows, so that trimming empties whole pages.
CREATE TABLE journal_records (
  position INTEGER PRIMARY KEY,
  record   BLOB NOT NULL
) STRICT;

CREATE TABLE agents (
  tenant        INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  id            BLOB NOT NULL,
  name          TEXT NOT NULL,
  description   TEXT,
  status        INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  deprecated_at INTEGER,
  deleted_at    INTEGER,
  PRIMARY KEY (tenant, number)
) STRICT, WITHOUT ROWID;
-- A deleted agent keeps its number and frees its name.
CREATE UNIQUE INDEX agents_by_name ON agents (tenant, name) WHERE deleted_at IS NULL;

CREATE TABLE agent_versions (
  tenant        INTEGER NOT NULL,
  agent         INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  name          TEXT NOT NULL,
  description   TEXT,
  created_at    INTEGER NOT NULL,
  deprecated_at INTEGER,
  PRIMARY KEY (tenant, agent, number),
  UNIQUE (tenant, agent, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_aliases (
  session INTEGER NOT NULL,
  alias   TEXT NOT NULL,
  agent   INTEGER NOT NULL,
  PRIMARY KEY (session, alias)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  number     INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL,
  key        TEXT NOT NULL,
  properties TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX people_by_key ON people (tenant, key);
CREATE INDEX people_by_tenant ON people (tenant);

CREATE TABLE fingerprints (
  number           INTEGER PRIMARY KEY,
  tenant           INTEGER NOT NULL,
  id               BLOB NOT NULL,
  language         TEXT NOT NULL,
  language_version TEXT NOT NULL,
  system           TEXT NOT NULL,
  details          TEXT NOT NULL,
  created_at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX fingerprints_by_id ON fingerprints (tenant, id);

-- Rewritten with every group that has events of the session, so it stays narrow: what can be long is in `session_hosts`.
CREATE TABLE sessions (
  number             INTEGER PRIMARY KEY,
  tenant             INTEGER NOT NULL,
  key                TEXT NOT NULL,
  id                 BLOB NOT NULL,
  agent              INTEGER,
  agent_named        INTEGER NOT NULL,
  agent_version      INTEGER,
  person             INTEGER,
  fingerprint        INTEGER,
  shared_with        INTEGER,
  started_at         INTEGER NOT NULL,
  last_activity_at   INTEGER NOT NULL,
  events             INTEGER NOT NULL,
  llm_calls          INTEGER NOT NULL,
  tool_calls         INTEGER NOT NULL,
  actions            INTEGER NOT NULL,
  errors             INTEGER NOT NULL,
  failures           INTEGER NOT NULL,
  input_tokens       INTEGER,
  output_tokens      INTEGER,
  cache_read_tokens  INTEGER,
  cache_write_tokens INTEGER,
  reasoning_tokens   INTEGER,
  cost_nano_usd      INTEGER,
  first_event_at     INTEGER,
  last_event_at      INTEGER,
  told_started_at    INTEGER,
  ended_at           INTEGER,
  end_state          TEXT,
  end_state_reason   TEXT,
  tags               TEXT,
  environment        TEXT,
  video              TEXT
) STRICT;
CREATE UNIQUE INDEX sessions_by_key ON sessions (tenant, key);
CREATE INDEX sessions_by_id ON sessions (id);
CREATE INDEX sessions_by_activity ON sessions (tenant, last_activity_at);
CREATE INDEX sessions_by_person ON sessions (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX sessions_by_end_state ON sessions (tenant, end_state) WHERE end_state IS NOT NULL;
CREATE INDEX sessions_by_share ON sessions (shared_with, key) WHERE shared_with IS NOT NULL;

-- How many sessions a tenant has: counting them all would be most of the time of the list that is asked for most.
CREATE TABLE session_counts (
  tenant   INTEGER PRIMARY KEY,
  sessions INTEGER NOT NULL
) STRICT;

CREATE TABLE session_hosts (
  session INTEGER PRIMARY KEY,
  host    TEXT NOT NULL
) STRICT;

CREATE TABLE session_tags (
  tenant  INTEGER NOT NULL,
  tag     TEXT NOT NULL,
  session INTEGER NOT NULL,
  PRIMARY KEY (tenant, tag, session)
) STRICT, WITHOUT ROWID;

-- Who took part in which session. Asked from both sides.
CREATE TABLE session_agents (
  session       INTEGER NOT NULL,
  agent         INTEGER NOT NULL,
  agent_version INTEGER NOT NULL,
  tenant        INTEGER NOT NULL,
  PRIMARY KEY (session, agent, agent_version)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_agents_by_agent ON session_agents (tenant, agent, session, agent_version);

-- A log grows by rows, so that appending never rewrites what is there.
CREATE TABLE session_logs (
  session INTEGER NOT NULL,
  part    INTEGER NOT NULL,
  text    TEXT NOT NULL,
  PRIMARY KEY (session, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE threads (
  session     INTEGER NOT NULL,
  thread      TEXT NOT NULL,
  agent_alias TEXT,
  PRIMARY KEY (session, thread)
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('credentials_version', 1), ('trimmed_upto', 0);
