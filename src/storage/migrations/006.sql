-- What each commit changed, numbered in the order of commit (changes.h). Bounded: the oldest go in slices.
CREATE TABLE changes (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  object INTEGER NOT NULL,   -- the number of a release, deployment or task; 0 for others
  document TEXT NOT NULL,    -- the id of a document, the key of a lock
  type TEXT NOT NULL,        -- of a document
  detail INTEGER NOT NULL,   -- a task's state, a log's last line
  is_gone INTEGER NOT NULL,
  space TEXT NOT NULL,
  project TEXT NOT NULL
) STRICT;

-- The servers that claim tasks, and how often each has started (nodes.h).
CREATE TABLE nodes (
  name TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  is_alive INTEGER NOT NULL,
  started INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The epoch of the node that claimed it; 0 for what nodes without epochs claimed, which are dead.
ALTER TABLE tasks ADD COLUMN node_epoch INTEGER NOT NULL DEFAULT 0;
