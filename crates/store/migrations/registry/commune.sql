-- Where each commune lives, and the paths and host names that lead to it.

CREATE TABLE commune (
  id UUID PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  engine TEXT NOT NULL CHECK (engine IN ('sqlite', 'postgres')),
  address TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  created_at INSTANT NOT NULL,
  exported_at INSTANT
) STRICT;

-- 'path': a former first segment that goes on working; 'host': a host name of the commune's own. Keys in lower case.
CREATE TABLE commune_name (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('path', 'host')),
  commune_id UUID NOT NULL REFERENCES commune (id) DEFERRABLE
) STRICT;
