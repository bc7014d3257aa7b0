-- What the commune writes on its portal. `removed_at`: taken off by an agent, who can put it back.

-- `sealed_with`: number of the key that sealed the bytes; the size is then that of the plain content, the hash that of
-- the sealed one.
CREATE TABLE file (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INT NOT NULL,
  sha256 BYTES NOT NULL,
  path TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  created_at INSTANT NOT NULL,
  sealed_with INT
) STRICT;

CREATE TABLE news (
  id UUID PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  pinned BOOL NOT NULL,
  visible_from INSTANT NOT NULL,
  visible_until INSTANT,
  created_at INSTANT NOT NULL,
  updated_at INSTANT NOT NULL,
  removed_at INSTANT
) STRICT;
CREATE INDEX news_visible ON news (visible_from);

-- One line a dish; labels such as "sans viande" are separated by line breaks.
CREATE TABLE menu (
  id UUID PRIMARY KEY,
  day DATE NOT NULL UNIQUE,
  dishes TEXT NOT NULL,
  labels TEXT NOT NULL,
  updated_at INSTANT NOT NULL
) STRICT;

-- 'information' pages are listed in Informations utiles; 'legal' ones in the footer.
CREATE TABLE page (
  id UUID PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('information', 'legal')),
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  version INT NOT NULL,
  position INT NOT NULL,
  published BOOL NOT NULL,
  updated_at INSTANT NOT NULL,
  removed_at INSTANT
) STRICT;
CREATE UNIQUE INDEX page_slug ON page (slug) WHERE removed_at IS NULL;

-- Every version stays: who accepted the conditions accepted one of these.
CREATE TABLE page_version (
  id UUID PRIMARY KEY,
  page_id UUID NOT NULL REFERENCES page (id) DEFERRABLE,
  version INT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,
  at INSTANT NOT NULL,
  UNIQUE (page_id, version)
) STRICT;

CREATE TABLE page_file (
  id UUID PRIMARY KEY,
  page_id UUID NOT NULL REFERENCES page (id) DEFERRABLE,
  file_id UUID NOT NULL REFERENCES file (id) DEFERRABLE,
  label TEXT NOT NULL,
  position INT NOT NULL
) STRICT;
CREATE INDEX page_file_page ON page_file (page_id);

-- A solved proof of work is good once.
CREATE TABLE proof_used (
  hash BYTES PRIMARY KEY,
  expires_at INSTANT NOT NULL
) STRICT;
