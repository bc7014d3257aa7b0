-- Requests of citizens to the town hall, and what was said about them. `closed_at` is set in the last states; `version`
-- counts changes, so that two agents on one request are told of each other; `search` is lower case without accents; each side
-- knows when the other last opened the thread.

-- A commune's own procedures: the forms that families fill in. `papers`: whether files may or must come with it;
-- `silence`: what follows when two months pass without a word.
CREATE TABLE procedure_type (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL,
  about TEXT NOT NULL,
  fields JSON NOT NULL,
  papers TEXT NOT NULL CHECK (papers IN ('none', 'optional', 'required')),
  papers_about TEXT NOT NULL,
  decides BOOL NOT NULL,
  days INT NOT NULL,
  silence TEXT NOT NULL CHECK (silence IN ('', 'accepted', 'refused')),
  service_name TEXT NOT NULL,
  service_phone TEXT NOT NULL,
  service_email TEXT NOT NULL,
  accepted TEXT NOT NULL,
  position INT NOT NULL,
  closed_at INSTANT
) STRICT;

CREATE TABLE request (
  id UUID PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('submitted', 'in_progress', 'to_complete', 'accepted', 'refused', 'cancelled', 'answered', 'closed')),
  subject TEXT NOT NULL,
  requester_name TEXT NOT NULL,
  requester_email TEXT NOT NULL,
  requester_phone TEXT,
  account_id UUID,
  site_id UUID REFERENCES site (id) DEFERRABLE,
  assigned_to UUID REFERENCES agent (id) DEFERRABLE,
  created_at INSTANT NOT NULL,
  updated_at INSTANT NOT NULL,
  due_at INSTANT NOT NULL,
  closed_at INSTANT,
  version INT NOT NULL,
  search TEXT NOT NULL,
  seen_by_agent_at INSTANT,
  seen_by_requester_at INSTANT,
  procedure_id UUID REFERENCES procedure_type (id) DEFERRABLE
) STRICT;
CREATE INDEX request_open ON request (closed_at, due_at);

CREATE TABLE request_message (
  id UUID PRIMARY KEY,
  request_id UUID NOT NULL REFERENCES request (id) DEFERRABLE,
  at INSTANT NOT NULL,
  author_kind TEXT NOT NULL CHECK (author_kind IN ('requester', 'agent', 'note')),
  author_id UUID,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  mail_id UUID REFERENCES mail (id) DEFERRABLE
) STRICT;
CREATE INDEX request_message_request ON request_message (request_id, id);

-- A file that came with a message; its bytes are sealed.
CREATE TABLE request_file (
  id UUID PRIMARY KEY,
  message_id UUID NOT NULL REFERENCES request_message (id) DEFERRABLE,
  file_id UUID NOT NULL UNIQUE REFERENCES file (id) DEFERRABLE
) STRICT;
CREATE INDEX request_file_message ON request_file (message_id);

-- A contact request whose sender could not do the proof of work: it waits for the code sent by mail.
CREATE TABLE contact_pending (
  id UUID PRIMARY KEY,
  code_hash BYTES NOT NULL,
  payload JSON NOT NULL,
  tries INT NOT NULL,
  created_at INSTANT NOT NULL,
  expires_at INSTANT NOT NULL
) STRICT;

-- Figures of requests that were erased: no name, no word. `name` is month, kind and state together; `hours` from their
-- coming to their end, summed up.
CREATE TABLE request_statistic (
  name TEXT PRIMARY KEY,
  month TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  requests INT NOT NULL,
  hours INT NOT NULL
) STRICT;

-- Bordereau d'élimination: what was erased, by whom.
CREATE TABLE disposal (
  id UUID PRIMARY KEY,
  at INSTANT NOT NULL,
  by_name TEXT NOT NULL,
  series TEXT NOT NULL,
  oldest INSTANT,
  newest INSTANT,
  volume INT NOT NULL
) STRICT;
