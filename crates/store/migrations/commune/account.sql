-- Citizens: who signed up and is not confirmed yet, accounts, and links of one use sent to them by mail.

-- A sign-up becomes an account when its address is confirmed; until then it binds nobody, so an address may have several.
-- `account_id` is set then, and the password's hash goes. Forgotten after 7 days.
CREATE TABLE sign_up (
  id UUID PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  civility TEXT NOT NULL CHECK (civility IN ('M', 'MME')),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  pending_code TEXT,
  terms_version INT NOT NULL,
  token_hash BYTES NOT NULL UNIQUE,
  code_hash BYTES NOT NULL,
  tries INT NOT NULL,
  created_at INSTANT NOT NULL,
  sent_at INSTANT NOT NULL,
  expires_at INSTANT NOT NULL,
  account_id UUID
) STRICT;
CREATE INDEX sign_up_email ON sign_up (email_key);
CREATE INDEX sign_up_created ON sign_up (created_at);

-- Whose address is confirmed. `blocked_reason` is what its owner reads while an agent has blocked it. The password is one means of log-in: an account may have none, and others in tables of
-- their own. `warned_at`: its owner was told
-- that it goes unless it is used. An erased account keeps its row, emptied, for what the law makes the commune keep.
CREATE TABLE account (
  id UUID PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  civility TEXT NOT NULL CHECK (civility IN ('M', 'MME')),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  password_hash TEXT,
  pending_code TEXT,
  terms_version INT NOT NULL,
  terms_accepted_at INSTANT NOT NULL,
  search TEXT NOT NULL,
  created_at INSTANT NOT NULL,
  last_seen_at INSTANT,
  blocked_at INSTANT,
  blocked_reason TEXT,
  blocked_by TEXT,
  warned_at INSTANT,
  erased_at INSTANT
) STRICT;

-- `email_old` and `email_new` go together: both are to be used before the address changes. `email` is the new one.
CREATE TABLE account_link (
  id UUID PRIMARY KEY,
  account_id UUID NOT NULL REFERENCES account (id) DEFERRABLE,
  purpose TEXT NOT NULL CHECK (purpose IN ('password', 'login', 'email_old', 'email_new')),
  email TEXT,
  token_hash BYTES NOT NULL UNIQUE,
  code_hash BYTES NOT NULL,
  tries INT NOT NULL,
  created_at INSTANT NOT NULL,
  expires_at INSTANT NOT NULL,
  used_at INSTANT
) STRICT;
CREATE INDEX account_link_account ON account_link (account_id);

CREATE INDEX request_account ON request (account_id);
CREATE INDEX request_requester ON request (LOWER(requester_email));
