-- Version 3: tasks that a dead process left executing (suspects.h), until something of them is stored again.
CREATE TABLE suspects (
  task INTEGER PRIMARY KEY,
  deaths INTEGER NOT NULL,     -- of the process, while it ran this task's code
  is_running INTEGER NOT NULL  -- right now
) STRICT;

-- One row that is written now and then, to see whether the database takes writes (health.h).
CREATE TABLE health (
  id INTEGER PRIMARY KEY,
  tried INTEGER NOT NULL
) STRICT;
