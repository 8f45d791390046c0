-- Version 2: what agents are made of, conversations, kept answers, notices.

ALTER TABLE agents ADD COLUMN tags TEXT;
ALTER TABLE agents ADD COLUMN content TEXT;
ALTER TABLE agents ADD COLUMN content_hash BLOB;
ALTER TABLE agents ADD COLUMN model TEXT;
ALTER TABLE agents ADD COLUMN temperature REAL;
ALTER TABLE agents ADD COLUMN max_tokens INTEGER;
ALTER TABLE agents ADD COLUMN current_version INTEGER;
CREATE UNIQUE INDEX agents_by_id ON agents (tenant, id);
CREATE INDEX agents_by_content ON agents (tenant, content_hash) WHERE content_hash IS NOT NULL;

ALTER TABLE agent_versions ADD COLUMN content TEXT;
ALTER TABLE agent_versions ADD COLUMN content_hash BLOB;
ALTER TABLE agent_versions ADD COLUMN model TEXT;
ALTER TABLE agent_versions ADD COLUMN temperature REAL;
ALTER TABLE agent_versions ADD COLUMN max_tokens INTEGER;
CREATE INDEX agent_versions_by_content ON agent_versions (tenant, content_hash) WHERE content_hash IS NOT NULL;

ALTER TABLE sessions ADD COLUMN title TEXT;

CREATE TABLE session_metadata (
  session  INTEGER PRIMARY KEY,
  metadata TEXT NOT NULL
) STRICT;

-- Other keys that find a session.
CREATE TABLE session_aliases (
  tenant  INTEGER NOT NULL,
  alias   TEXT NOT NULL,
  session INTEGER NOT NULL,
  PRIMARY KEY (tenant, alias)
) STRICT, WITHOUT ROWID;

-- One row per session (with agent 0 while it has none), in the order in which an agent's conversations are judged. Rewritten with every group that
-- has events of the session, so it is as narrow as can be.
CREATE TABLE courses (
  tenant             INTEGER NOT NULL,
  agent              INTEGER NOT NULL,
  session            INTEGER NOT NULL,
  agent_version      INTEGER,
  started_at         INTEGER NOT NULL,
  last_activity_at   INTEGER NOT NULL,
  told               INTEGER,
  user_messages      INTEGER NOT NULL,
  assistant_messages INTEGER NOT NULL,
  flags              INTEGER NOT NULL,
  said_at            INTEGER,
  called_at          INTEGER,
  response_us        INTEGER NOT NULL,
  responses          INTEGER NOT NULL,
  PRIMARY KEY (tenant, agent, session)
) STRICT, WITHOUT ROWID;

INSERT INTO courses
  SELECT tenant, coalesce(agent, 0), number, agent_version, started_at, last_activity_at,
    CASE
      WHEN lower(end_state) IN ('success', 'completed', 'complete', 'succeeded') THEN 0
      WHEN lower(end_state) IN ('fail', 'failed', 'failure', 'error') THEN 1
      WHEN lower(end_state) IN ('abandoned', 'cancelled', 'canceled') THEN 2
      WHEN lower(end_state) IN ('active', 'in_progress', 'running', 'pending') THEN NULL
      WHEN ended_at IS NOT NULL THEN 0
    END,
    0, 0, 0, NULL, NULL, 0, 0
  FROM sessions;

CREATE TABLE kept_answers (
  tenant      INTEGER NOT NULL,
  key         TEXT NOT NULL,
  digest      BLOB NOT NULL,
  answered_at INTEGER NOT NULL,
  answer      BLOB NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answers_by_time ON kept_answers (answered_at);

-- Events that tell of changes made outside of commit groups, until a group records them.
CREATE TABLE notices (
  number         INTEGER PRIMARY KEY,
  tenant         INTEGER NOT NULL,
  happened_at    INTEGER NOT NULL,
  event_type     TEXT NOT NULL,
  resource_type  TEXT NOT NULL,
  resource_id    TEXT,
  payload        TEXT NOT NULL,
  actor_type     TEXT NOT NULL,
  actor_id       TEXT,
  correlation_id TEXT,
  source         TEXT NOT NULL
) STRICT;
