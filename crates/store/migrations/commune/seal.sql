-- The keys that health data and documents are sealed with, each sealed itself by the master key with the fingerprint
-- `master`, which is kept elsewhere. The newest seals; a retired one opens what was on its way, then it goes.
CREATE TABLE data_key (
  number INT PRIMARY KEY,
  master TEXT NOT NULL,
  wrapped BYTES NOT NULL,
  made_at INSTANT NOT NULL,
  retired_at INSTANT
) STRICT;
