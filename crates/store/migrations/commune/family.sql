-- Families as the town hall knows them, the codes that open them, and the accounts that are tied to them.
-- A family that left is closed: nobody opens it any more, and it is erased when its time is over.
-- `search` is lower case without accents: names of the family, its responsables and children, mails, telephones.

CREATE TABLE family (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  created_at INSTANT NOT NULL,
  updated_at INSTANT NOT NULL,
  closed_at INSTANT,
  search TEXT NOT NULL
) STRICT;
CREATE INDEX family_search ON family (search, id);

CREATE TABLE guardian (
  id UUID PRIMARY KEY,
  civility TEXT CHECK (civility IN ('M', 'MME')),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT,
  phone TEXT,
  created_at INSTANT NOT NULL
) STRICT;

-- A responsable in one family or more.
CREATE TABLE family_guardian (
  id UUID PRIMARY KEY,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  guardian_id UUID NOT NULL REFERENCES guardian (id) DEFERRABLE,
  UNIQUE (family_id, guardian_id)
) STRICT;
CREATE INDEX family_guardian_guardian ON family_guardian (guardian_id);

CREATE TABLE child (
  id UUID PRIMARY KEY,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  born_on DATE NOT NULL,
  sex TEXT CHECK (sex IN ('F', 'M')),
  created_at INSTANT NOT NULL
) STRICT;

-- A child in one family, or in two when the parents live apart.
CREATE TABLE family_child (
  id UUID PRIMARY KEY,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  UNIQUE (family_id, child_id)
) STRICT;
CREATE INDEX family_child_child ON family_child (child_id);

-- `code` as it is printed, `code_key` as it is compared. Codes of one `batch` were made together, to be printed together.
CREATE TABLE subscriber_code (
  id UUID PRIMARY KEY,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  code TEXT NOT NULL,
  code_key TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL CHECK (origin IN ('made', 'imported')),
  batch UUID NOT NULL,
  made_by TEXT NOT NULL,
  made_at INSTANT NOT NULL,
  expires_at INSTANT,
  revoked_at INSTANT
) STRICT;
CREATE INDEX subscriber_code_family ON subscriber_code (family_id);
CREATE INDEX subscriber_code_batch ON subscriber_code (batch);

-- An account uses a code once.
CREATE TABLE subscriber_code_use (
  id UUID PRIMARY KEY,
  code_id UUID NOT NULL REFERENCES subscriber_code (id) DEFERRABLE,
  account_id UUID NOT NULL REFERENCES account (id) DEFERRABLE,
  account_name TEXT NOT NULL,
  at INSTANT NOT NULL,
  UNIQUE (code_id, account_id)
) STRICT;
CREATE INDEX subscriber_code_use_account ON subscriber_code_use (account_id);

-- Invoices of the software that the commune comes from: whoever holds one can prove to be of the family.
CREATE TABLE invoice_reference (
  id UUID PRIMARY KEY,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  code_emission TEXT NOT NULL,
  reference TEXT NOT NULL,
  montant INT NOT NULL,
  code_personnel TEXT NOT NULL,
  emission_key TEXT NOT NULL,
  reference_key TEXT NOT NULL,
  personnel_key TEXT NOT NULL,
  imported_at INSTANT NOT NULL,
  UNIQUE (reference_key, emission_key)
) STRICT;
CREATE INDEX invoice_reference_family ON invoice_reference (family_id);

-- An account tied to a family. It stays when it has ended: who saw what, and from when to when.
CREATE TABLE subscription (
  id UUID PRIMARY KEY,
  account_id UUID NOT NULL REFERENCES account (id) DEFERRABLE,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  guardian_id UUID REFERENCES guardian (id) DEFERRABLE,
  how TEXT NOT NULL CHECK (how IN ('code', 'invoice', 'agent')),
  since INSTANT NOT NULL,
  ended_at INSTANT,
  ended_by TEXT
) STRICT;
CREATE UNIQUE INDEX subscription_active ON subscription (account_id, family_id) WHERE ended_at IS NULL;
CREATE INDEX subscription_account ON subscription (account_id);
CREATE INDEX subscription_family ON subscription (family_id);

-- Somebody of the family says that a subscription is not right; an agent looks at it through the request.
CREATE TABLE subscription_contest (
  id UUID PRIMARY KEY,
  subscription_id UUID NOT NULL UNIQUE REFERENCES subscription (id) DEFERRABLE,
  request_id UUID NOT NULL REFERENCES request (id) DEFERRABLE,
  at INSTANT NOT NULL
) STRICT;

-- What is known of a member beyond their identity: a row a field. Health is sealed with the commune's key.
CREATE TABLE fact (
  id UUID PRIMARY KEY,
  member_id UUID NOT NULL,
  field TEXT NOT NULL,
  value TEXT,
  sealed BYTES,
  changed_at INSTANT NOT NULL,
  UNIQUE (member_id, field)
) STRICT;

-- A change that waits for an agent's check: it came with a request, and counts when that is accepted.
CREATE TABLE fact_change (
  id UUID PRIMARY KEY,
  request_id UUID NOT NULL REFERENCES request (id) DEFERRABLE,
  member_id UUID NOT NULL,
  field TEXT NOT NULL,
  before TEXT,
  after TEXT,
  UNIQUE (request_id, member_id, field)
) STRICT;
CREATE INDEX fact_change_member ON fact_change (member_id);

-- What changed in a family's file, in its own words; unlike the journal of the commune it goes with the family.
CREATE TABLE fact_event (
  id UUID PRIMARY KEY,
  member_id UUID NOT NULL,
  at INSTANT NOT NULL,
  by_name TEXT NOT NULL,
  field TEXT NOT NULL,
  before TEXT,
  after TEXT
) STRICT;
CREATE INDEX fact_event_member ON fact_event (member_id, id);

-- The face on a member's card: the small picture here, the large one among the files.
CREATE TABLE photo (
  id UUID PRIMARY KEY,
  member_id UUID NOT NULL UNIQUE,
  file_id UUID NOT NULL REFERENCES file (id) DEFERRABLE,
  thumb BYTES NOT NULL,
  changed_at INSTANT NOT NULL
) STRICT;

-- Who may fetch a child, and whom to call when the responsables cannot be reached.
CREATE TABLE trusted_person (
  id UUID PRIMARY KEY,
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  link TEXT NOT NULL,
  phone TEXT NOT NULL,
  may_fetch BOOL NOT NULL,
  to_call BOOL NOT NULL,
  created_at INSTANT NOT NULL
) STRICT;
CREATE INDEX trusted_person_child ON trusted_person (child_id);

-- Papers that the commune asks for, and since when it does not any more. `validity`: for ever, so many months, until the
-- end of the school year, or the day that is written on it. Without one that `blocks` nothing is booked.
CREATE TABLE document_kind (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL,
  about TEXT NOT NULL,
  of_whom TEXT NOT NULL CHECK (of_whom IN ('child', 'family')),
  validity TEXT NOT NULL CHECK (validity IN ('always', 'months', 'school_year', 'dated')),
  months INT NOT NULL,
  required BOOL NOT NULL,
  blocks BOOL NOT NULL,
  position INT NOT NULL,
  closed_at INSTANT
) STRICT;

-- A paper that came with a request, of a child or of a family; its bytes are files of the request.
CREATE TABLE document (
  id UUID PRIMARY KEY,
  kind_id UUID NOT NULL REFERENCES document_kind (id) DEFERRABLE,
  owner_id UUID NOT NULL,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  request_id UUID NOT NULL UNIQUE REFERENCES request (id) DEFERRABLE,
  state TEXT NOT NULL CHECK (state IN ('sent', 'accepted', 'refused', 'withdrawn')),
  valid_until DATE,
  decided_at INSTANT
) STRICT;
CREATE INDEX document_owner ON document (owner_id);
CREATE INDEX document_family ON document (family_id);
