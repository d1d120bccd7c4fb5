// Schema 1: logs, events, payloads, operators. Owns: its SQL. Frozen once released: never edit, add the next file.
// What each trigger refuses is what makes the tables append-only; the verifier compares them with this text.

export const version = 1;

// events.position = log_no * 2^32 + seq: one key only, rows of one log lie together, and a row stays in an ordinary
// B-tree leaf (WITHOUT ROWID would push bodies over 1 KB to overflow pages, which doubles what each append syncs).
export const sql = `
CREATE TABLE logs (
  log_no INTEGER PRIMARY KEY,
  log TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('install', 'run', 'launch')),
  number INTEGER NOT NULL CHECK (number = log_no - 1),
  genesis TEXT NOT NULL,
  genesis_hash BLOB NOT NULL CHECK (length(genesis_hash) = 32)
) STRICT;

CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  log_no INTEGER NOT NULL REFERENCES logs (log_no),
  seq INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 4294967295),
  type TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  body TEXT NOT NULL,
  CHECK (position = log_no * 4294967296 + seq)
) STRICT;

CREATE TABLE payloads (
  position INTEGER NOT NULL REFERENCES events (position),
  name TEXT NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 32),
  bytes BLOB,
  PRIMARY KEY (position, name)
) STRICT;

CREATE TABLE operators (
  operator_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  roles TEXT NOT NULL,
  created_at TEXT NOT NULL,
  public_key TEXT NOT NULL,
  kdf TEXT NOT NULL,
  salt BLOB NOT NULL,
  nonce BLOB NOT NULL,
  wrapped_key BLOB NOT NULL
) STRICT;

CREATE TABLE lockouts (
  operator_no INTEGER PRIMARY KEY REFERENCES operators (operator_no),
  failures INTEGER NOT NULL,
  locked_at TEXT
) STRICT;

CREATE TRIGGER logs_next BEFORE INSERT ON logs
WHEN NEW.log_no IS NOT (SELECT COALESCE(MAX(log_no), 0) + 1 FROM logs)
  OR EXISTS (SELECT 1 FROM logs WHERE log = NEW.log)
BEGIN SELECT RAISE(ABORT, 'holdpoint: logs are numbered without gaps and never replaced'); END;
CREATE TRIGGER logs_no_update BEFORE UPDATE ON logs
BEGIN SELECT RAISE(ABORT, 'holdpoint: logs are append-only'); END;
CREATE TRIGGER logs_no_delete BEFORE DELETE ON logs
BEGIN SELECT RAISE(ABORT, 'holdpoint: logs are append-only'); END;

CREATE TRIGGER events_next BEFORE INSERT ON events
WHEN NEW.seq IS NOT (
  SELECT COALESCE(MAX(position), NEW.log_no * 4294967296) - NEW.log_no * 4294967296 + 1 FROM events
  WHERE position BETWEEN NEW.log_no * 4294967296 AND NEW.log_no * 4294967296 + 4294967295)
BEGIN SELECT RAISE(ABORT, 'holdpoint: events are append-only, and seq must be the highest plus one'); END;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'holdpoint: events are append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'holdpoint: events are append-only'); END;

CREATE TRIGGER payloads_next BEFORE INSERT ON payloads
WHEN EXISTS (SELECT 1 FROM payloads WHERE position = NEW.position AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'holdpoint: payloads are append-only'); END;
CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads
BEGIN SELECT RAISE(ABORT, 'holdpoint: payloads are append-only'); END;
CREATE TRIGGER payloads_no_delete BEFORE DELETE ON payloads
BEGIN SELECT RAISE(ABORT, 'holdpoint: payloads are append-only'); END;

CREATE TRIGGER operators_next BEFORE INSERT ON operators
WHEN NEW.operator_no IS NOT (SELECT COALESCE(MAX(operator_no), 0) + 1 FROM operators)
  OR EXISTS (SELECT 1 FROM operators WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'holdpoint: an operator id is never used again'); END;
CREATE TRIGGER operators_no_rename BEFORE UPDATE OF operator_no, id, created_at ON operators
BEGIN SELECT RAISE(ABORT, 'holdpoint: an operator id is never changed'); END;
CREATE TRIGGER operators_no_delete BEFORE DELETE ON operators
BEGIN SELECT RAISE(ABORT, 'holdpoint: operators are never deleted'); END;
`;
