-- What every database of Préau holds: answers of commands, journal, jobs, mail, settings, counters.

CREATE TABLE command_done (
  key BYTES PRIMARY KEY,
  name TEXT NOT NULL,
  answer JSON NOT NULL,
  at INSTANT NOT NULL
) STRICT;
CREATE INDEX command_done_at ON command_done (at);

-- Every change: who, when, what, before and after. Rows are only ever added.
CREATE TABLE journal (
  id UUID PRIMARY KEY,
  at INSTANT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id UUID,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  object_name TEXT NOT NULL,
  before JSON,
  after JSON,
  http_request TEXT
) STRICT;
CREATE INDEX journal_object ON journal (object_kind, object_id, id);
CREATE INDEX journal_account ON journal (actor_id, id) WHERE actor_kind = 'account';
-- sqlite
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- postgres
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = '23000'; END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal EXECUTE FUNCTION journal_append_only();
-- both

-- Work for later, enqueued in the transaction that makes it necessary.
CREATE TABLE job (
  id UUID PRIMARY KEY,
  kind TEXT NOT NULL,
  payload JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'dead')),
  run_at INSTANT NOT NULL,
  expires_at INSTANT,
  attempts INT NOT NULL,
  claimed_by TEXT,
  claimed_until INSTANT,
  last_error TEXT,
  created_at INSTANT NOT NULL
) STRICT;
CREATE INDEX job_due ON job (state, run_at);

-- What was written to people, and what became of it.
CREATE TABLE mail (
  id UUID PRIMARY KEY,
  kind TEXT NOT NULL,
  to_name TEXT NOT NULL,
  to_address TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  about_kind TEXT,
  about_id UUID,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'refused', 'expired')),
  attempts INT NOT NULL,
  last_error TEXT,
  created_at INSTANT NOT NULL,
  expires_at INSTANT NOT NULL,
  settled_at INSTANT
) STRICT;
CREATE INDEX mail_state ON mail (state, created_at);
CREATE INDEX mail_about ON mail (about_kind, about_id);
CREATE INDEX mail_to ON mail (LOWER(to_address));

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value JSON NOT NULL,
  updated_at INSTANT NOT NULL
) STRICT;

-- Gapless numbers, taken inside the lane.
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value INT NOT NULL
) STRICT;
