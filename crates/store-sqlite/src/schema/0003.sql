-- Version 3: traces, and calls that nobody knows the cost of; sessions whose agent and person do not depend on what comes first.

ALTER TABLE sessions ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;

-- When the events occurred that named the agent and the person. Of former sessions that is not known: what they have they keep.
ALTER TABLE sessions ADD COLUMN agent_named_at INTEGER;
ALTER TABLE sessions ADD COLUMN person_named_at INTEGER;
UPDATE sessions SET agent_named_at = coalesce(first_event_at, started_at) WHERE agent_named;
UPDATE sessions SET person_named_at = last_event_at WHERE person IS NOT NULL;
ALTER TABLE sessions DROP COLUMN agent_named;

-- How many events count as the default agent's because they name none, of those that came since.
ALTER TABLE sessions ADD COLUMN unnamed INTEGER NOT NULL DEFAULT 0;

-- Rewritten with every group that has events of the trace.
CREATE TABLE traces (
  number             INTEGER PRIMARY KEY,
  tenant             INTEGER NOT NULL,
  id                 TEXT NOT NULL,
  session            INTEGER,
  name               TEXT,
  named_at           INTEGER,
  started_at         INTEGER NOT NULL,
  ended_at           INTEGER,
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
  unpriced           INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX traces_by_id ON traces (tenant, id);
CREATE INDEX traces_by_start ON traces (tenant, started_at, id);
CREATE INDEX traces_by_session ON traces (tenant, session, started_at) WHERE session IS NOT NULL;

-- For sessions that become part of another one.
CREATE INDEX session_aliases_by_session ON session_aliases (session);
