-- What families owe and what they paid. Invoices, their lines and the ledger are only ever added to: a mistake is put right by
-- a credit note. Amounts are cents.

-- Words that decide a family's price where the file cannot tell: "extérieur".
CREATE TABLE billing_profile (
  family_id UUID PRIMARY KEY REFERENCES family (id) DEFERRABLE,
  words TEXT NOT NULL
) STRICT;

-- One a month that is billed; `period` is its first day, `rules` the version of the settings that priced it.
CREATE TABLE billing_run (
  period DATE PRIMARY KEY,
  rules INT NOT NULL,
  due_on DATE NOT NULL,
  started_at INSTANT NOT NULL,
  started_by TEXT NOT NULL,
  issued_at INSTANT
) STRICT;

-- `credits`: the invoice that a credit note takes back, whose total is then below zero. `payer` is the debtor as printed.
CREATE TABLE invoice (
  id UUID PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  period DATE NOT NULL,
  payer TEXT NOT NULL,
  total INT NOT NULL,
  issued_at INSTANT NOT NULL,
  due_on DATE NOT NULL,
  personal_code TEXT NOT NULL,
  credits UUID UNIQUE REFERENCES invoice (id) DEFERRABLE,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX invoice_family ON invoice (family_id, issued_at);
CREATE INDEX invoice_period ON invoice (period, family_id);

CREATE TABLE invoice_line (
  invoice_id UUID NOT NULL REFERENCES invoice (id) DEFERRABLE,
  line INT NOT NULL,
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  child TEXT NOT NULL,
  day DATE NOT NULL,
  label TEXT NOT NULL,
  cents INT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (invoice_id, line)
) STRICT;

-- Each move has entries that sum to zero: what a family owes is the sum of its entries on the account "famille".
CREATE TABLE ledger (
  move UUID NOT NULL,
  account TEXT NOT NULL CHECK (account IN ('famille', 'produits', 'payfip', 'caisse', 'cheque', 'virement')),
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  cents INT NOT NULL,
  at INSTANT NOT NULL,
  PRIMARY KEY (move, account)
) STRICT;
CREATE INDEX ledger_family ON ledger (family_id, account);

-- What was paid of an invoice. `attempt_id`: the answer of PayFiP that says so, which pays once.
CREATE TABLE payment (
  id UUID PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  invoice_id UUID NOT NULL REFERENCES invoice (id) DEFERRABLE,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  cents INT NOT NULL,
  means TEXT NOT NULL CHECK (means IN ('card', 'cash', 'cheque', 'transfer', 'credit')),
  reference TEXT NOT NULL,
  at INSTANT NOT NULL,
  by_name TEXT NOT NULL,
  attempt_id UUID UNIQUE
) STRICT;
CREATE INDEX payment_invoice ON payment (invoice_id);

-- A try to pay online, by what was asked of PayFiP and what it answered. The account may be gone: its payments stay.
CREATE TABLE payment_attempt (
  id UUID PRIMARY KEY,
  operation TEXT NOT NULL UNIQUE,
  invoice_id UUID NOT NULL REFERENCES invoice (id) DEFERRABLE,
  account_id UUID NOT NULL,
  client TEXT NOT NULL,
  reference TEXT NOT NULL,
  cents INT NOT NULL,
  mode TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('opened', 'paid', 'refused', 'cancelled', 'expired', 'unknown')),
  made_at INSTANT NOT NULL,
  checked_at INSTANT,
  said TEXT NOT NULL
) STRICT;
CREATE INDEX payment_attempt_invoice ON payment_attempt (invoice_id, made_at);
