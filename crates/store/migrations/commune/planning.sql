-- What the commune decided of its activities, and who comes when. `rulebook` keeps every version of the settings as text; the
-- last one holds. Activities, units, sites and groups go by their identifiers in it; '' stands for none.

CREATE TABLE rulebook (
  version INT PRIMARY KEY,
  text TEXT NOT NULL,
  saved_at INSTANT NOT NULL,
  saved_by TEXT NOT NULL
) STRICT;

-- The town hall enrols a child in an activity, at a site, until a day or for good.
CREATE TABLE enrolment (
  id UUID PRIMARY KEY,
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  activity TEXT NOT NULL,
  site TEXT NOT NULL,
  class TEXT NOT NULL,
  choice TEXT NOT NULL,
  first_on DATE NOT NULL,
  last_on DATE,
  created_at INSTANT NOT NULL
) STRICT;
CREATE INDEX enrolment_child ON enrolment (child_id);

-- What is booked now. `turn` is the order of arrival, which waiting lists go by.
CREATE TABLE booking (
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  day DATE NOT NULL,
  activity TEXT NOT NULL,
  unit TEXT NOT NULL,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  state TEXT NOT NULL CHECK (state IN ('booked', 'waiting', 'absent')),
  site TEXT NOT NULL,
  class TEXT NOT NULL,
  supplement TEXT NOT NULL,
  turn INT NOT NULL,
  since INSTANT NOT NULL,
  PRIMARY KEY (child_id, day, activity, unit)
) STRICT;
CREATE INDEX booking_day ON booking (day, state, turn);

-- Pointage: who was seen. `family_id` is billed; hours as "16:30", '' where nobody wrote them down.
CREATE TABLE attendance (
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  day DATE NOT NULL,
  activity TEXT NOT NULL,
  unit TEXT NOT NULL,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  site TEXT NOT NULL,
  class TEXT NOT NULL,
  mark TEXT NOT NULL CHECK (mark IN ('present', 'absent', 'excused')),
  arrived TEXT NOT NULL,
  departed TEXT NOT NULL,
  at INSTANT NOT NULL,
  by_name TEXT NOT NULL,
  PRIMARY KEY (child_id, day, activity, unit)
) STRICT;
CREATE INDEX attendance_day ON attendance (day);

-- Places taken, so that nobody counts bookings.
CREATE TABLE taken (
  day DATE NOT NULL,
  activity TEXT NOT NULL,
  unit TEXT NOT NULL,
  site TEXT NOT NULL,
  class TEXT NOT NULL,
  places INT NOT NULL,
  PRIMARY KEY (day, activity, unit, site, class)
) STRICT;

-- Each change of bookings that was saved, by whom, and line by line. They are never changed.
CREATE TABLE receipt (
  id UUID PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  family_id UUID NOT NULL REFERENCES family (id) DEFERRABLE,
  at INSTANT NOT NULL,
  by_kind TEXT NOT NULL,
  by_id UUID,
  by_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  undoes UUID REFERENCES receipt (id) DEFERRABLE
) STRICT;
CREATE INDEX receipt_family ON receipt (family_id, id);

CREATE TABLE receipt_line (
  receipt_id UUID NOT NULL REFERENCES receipt (id) DEFERRABLE,
  line INT NOT NULL,
  child_id UUID NOT NULL REFERENCES child (id) DEFERRABLE,
  day DATE NOT NULL,
  activity TEXT NOT NULL,
  unit TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (receipt_id, line)
) STRICT;
