-- What analysis found. Made from the journal and the warehouse: a file of another version is made anew.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('noted', 0);

-- Sessions that are to be looked at, not before `due_at`.
CREATE TABLE waiting (
  session  INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL,
  due_at   INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_by_time ON waiting (due_at);

-- What is summed up, in the order in which an agent's conversations are.
CREATE TABLE outlines (
  tenant        INTEGER NOT NULL,
  agent         INTEGER NOT NULL,
  session       INTEGER NOT NULL,
  agent_version INTEGER,
  started_at    INTEGER NOT NULL,
  outline       BLOB NOT NULL,
  PRIMARY KEY (tenant, agent, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE details (
  session   INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL,
  agent     INTEGER NOT NULL,
  position  INTEGER NOT NULL,
  looked_at INTEGER NOT NULL,
  detail    BLOB NOT NULL
) STRICT;

CREATE TABLE pieces (
  tenant INTEGER NOT NULL,
  drawer INTEGER NOT NULL,
  id     INTEGER NOT NULL,
  value  BLOB NOT NULL,
  PRIMARY KEY (tenant, drawer, id)
) STRICT, WITHOUT ROWID;
