-- People who work here: agents of a commune, operators in the registry. And sessions of everybody.

CREATE TABLE site (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  position INT NOT NULL,
  closed_at INSTANT
) STRICT;

CREATE TABLE role (
  id UUID PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  rights JSON NOT NULL,
  position INT NOT NULL
) STRICT;

CREATE TABLE agent (
  id UUID PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  password_hash TEXT,
  totp_secret BYTES,
  totp_confirmed_at INSTANT,
  totp_last_step INT NOT NULL,
  created_at INSTANT NOT NULL,
  disabled_at INSTANT,
  last_seen_at INSTANT
) STRICT;

-- A role held everywhere (no site) or at one site.
CREATE TABLE agent_role (
  id UUID PRIMARY KEY,
  agent_id UUID NOT NULL REFERENCES agent (id) DEFERRABLE,
  role_id UUID NOT NULL REFERENCES role (id) DEFERRABLE,
  site_id UUID REFERENCES site (id) DEFERRABLE
) STRICT;
CREATE INDEX agent_role_agent ON agent_role (agent_id);

CREATE TABLE recovery_code (
  id UUID PRIMARY KEY,
  agent_id UUID NOT NULL REFERENCES agent (id) DEFERRABLE,
  code_hash BYTES NOT NULL,
  used_at INSTANT
) STRICT;
CREATE INDEX recovery_code_agent ON recovery_code (agent_id);

-- A link of one use, sent by mail: choose a password, set up the second factor.
CREATE TABLE agent_invitation (
  id UUID PRIMARY KEY,
  agent_id UUID NOT NULL REFERENCES agent (id) DEFERRABLE,
  purpose TEXT NOT NULL CHECK (purpose IN ('welcome', 'password')),
  token_hash BYTES NOT NULL UNIQUE,
  created_at INSTANT NOT NULL,
  expires_at INSTANT NOT NULL,
  used_at INSTANT
) STRICT;

-- Only the hash of the token is kept; `device` is the hash of a cookie that stays in the browser. `stage`: 'password' waits for the second factor, 'open' is logged in.
CREATE TABLE session (
  id UUID PRIMARY KEY,
  token_hash BYTES NOT NULL UNIQUE,
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('agent', 'account')),
  subject_id UUID NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('password', 'open')),
  user_agent TEXT NOT NULL,
  address TEXT NOT NULL,
  device BYTES,
  created_at INSTANT NOT NULL,
  seen_at INSTANT NOT NULL,
  expires_at INSTANT NOT NULL,
  ended_at INSTANT
) STRICT;
CREATE INDEX session_subject ON session (subject_kind, subject_id);

-- Tries that were not followed by a success, by account (known or not) or by network address; the key is a hash.
CREATE TABLE throttle (
  key BYTES PRIMARY KEY,
  failures INT NOT NULL,
  failed_at INSTANT NOT NULL
) STRICT;
CREATE INDEX throttle_failed_at ON throttle (failed_at);
