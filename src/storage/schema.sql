-- The database of a Slipway server as it is today, to read. What makes it are the steps in migrations/, from an empty
-- file as from an older one; a test holds that they come to exactly this.
--
-- Written in SQLite's dialect; storage/migrations.cpp translates it for PostgreSQL (INTEGER is BIGINT there, BLOB is
-- BYTEA, the options after a table's closing parenthesis go). What a step has added to a table stands last in it.
--
-- Conventions
--   * Times are microseconds since 1970, UTC. Flags are 0 or 1. Enumerations are the numbers of their C++ enum.
--   * Ids read `Projects-12`. Configuration keeps them as text. What grows with every deployment (releases,
--     deployments, tasks, events) keeps the number alone, which is the row's key and its age at once: newest first is
--     a walk along the key, and an index entry costs a few bytes.
--   * "None" is '' or 0, except where a time may be missing: NULL.
--   * No foreign keys: rows are removed by retention in its own order, in small transactions.
--   * Each index serves a named query; see storage/queries.h.

-- One row: the number of the newest migration that ran, and the number that a server must know to work with what
-- they have made. A server refuses a `minimum` beyond its own newest.
CREATE TABLE schema_version (
  version INTEGER NOT NULL,
  minimum INTEGER NOT NULL DEFAULT 4
) STRICT;

-- The next free number of each id prefix; servers take blocks (ids.h).
CREATE TABLE counters (
  prefix TEXT PRIMARY KEY,
  next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many rows a long list has in a space, so that a page's total needs no count over a million rows (list_query.h).
CREATE TABLE tallies (
  list TEXT NOT NULL,
  space TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (list, space)
) STRICT, WITHOUT ROWID;

-- Configuration (resources.h) ------------------------------------------------------------------------------------

CREATE TABLE resources (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  space TEXT NOT NULL,     -- '' for system-wide resources
  parent TEXT NOT NULL,    -- the owning resource
  kind TEXT NOT NULL,      -- discriminator, e.g. the type of a feed
  name TEXT NOT NULL,      -- as entered
  name_key TEXT NOT NULL,  -- folded: what is compared and sorted
  slug TEXT NOT NULL,
  sort INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  has_secrets INTEGER NOT NULL,
  body TEXT NOT NULL,      -- JSON; secrets appear as ids only
  version INTEGER NOT NULL DEFAULT 1,  -- of the type's schema that the body was written by
  shape INTEGER NOT NULL DEFAULT 0     -- hash of the members that this schema declared
) STRICT;
CREATE INDEX resources_in_order ON resources (type, sort, name_key, id, space);
CREATE INDEX resources_by_parent ON resources (parent, sort, name_key, id) WHERE parent <> '';
-- A name or a slug is taken once in its scope; resources without one do not take part.
CREATE UNIQUE INDEX resources_by_name ON resources (type, name_key, parent, space) WHERE name_key <> '';
CREATE UNIQUE INDEX resources_by_slug ON resources (type, slug, parent, space) WHERE slug <> '';

-- Edges from a document's field to another document's id.
CREATE TABLE resource_references (
  source TEXT NOT NULL,
  field TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (source, field, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_references_by_target ON resource_references (target, field, source);

-- By what schema the columns beside a type's documents, and their references, were last made.
CREATE TABLE lifted (
  type TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  shape INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Secrets at rest (secrets.h): key number, nonce and ciphertext in one piece. Rotation rewrites this table alone.
CREATE TABLE secrets (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX secrets_by_owner ON secrets (owner, id);

-- API keys (api_keys.h); the key itself is not here.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  user_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  hint TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user_id, created, id);

-- Answers kept by Idempotency-Key (idempotency.h).
CREATE TABLE kept_answers (
  key TEXT PRIMARY KEY,
  request_hash BLOB NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  kept INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_answers_by_age ON kept_answers (kept);

-- Snapshots and plans (contents.h) --------------------------------------------------------------------------------

-- Texts by the hash of what they say; equal ones lie here once, compressed.
CREATE TABLE contents (
  hash BLOB PRIMARY KEY,
  packed BLOB NOT NULL
) STRICT;

CREATE TABLE snapshots (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  hash BLOB NOT NULL,
  version INTEGER NOT NULL DEFAULT 1  -- of the type's schema that the content was written by
) STRICT, WITHOUT ROWID;

-- Releases and deployments (releases.h) ---------------------------------------------------------------------------

CREATE TABLE releases (
  number INTEGER PRIMARY KEY,
  space TEXT NOT NULL,
  project TEXT NOT NULL,
  channel TEXT NOT NULL,
  version TEXT NOT NULL,
  version_key TEXT NOT NULL,  -- equal for equal versions (VER-1)
  assembled INTEGER NOT NULL,
  process_snapshot TEXT NOT NULL,
  variables_snapshot TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX releases_by_version ON releases (project, version_key);
CREATE INDEX releases_by_project ON releases (project, number);
CREATE INDEX releases_by_channel ON releases (channel, number);
CREATE INDEX releases_by_space ON releases (space, number);

CREATE TABLE deployments (
  number INTEGER PRIMARY KEY,
  space TEXT NOT NULL,
  release INTEGER NOT NULL,
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  tenant TEXT NOT NULL,
  channel TEXT NOT NULL,
  task INTEGER NOT NULL,
  created INTEGER NOT NULL,
  deployed_by TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX deployments_by_release ON deployments (release, number);
CREATE INDEX deployments_by_project ON deployments (project, number);
-- With the space, so that counting the many of an environment need not look at each row.
CREATE INDEX deployments_by_environment ON deployments (environment, number, space);
CREATE INDEX deployments_by_tenant ON deployments (tenant, number) WHERE tenant <> '';
CREATE INDEX deployments_by_space ON deployments (space, number);

-- What runs where: kept by the transaction that ends a deployment, read by every dashboard.
CREATE TABLE current_states (
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  tenant TEXT NOT NULL,
  last_deployment INTEGER NOT NULL,
  last_success INTEGER NOT NULL,
  last_success_release INTEGER NOT NULL,
  previous_success INTEGER NOT NULL,  -- the success before it, for rolling back
  PRIMARY KEY (project, environment, tenant)
) STRICT, WITHOUT ROWID;

-- Where a release has succeeded (LIF-2, LIF-7); outlives the current state, which later releases take over.
CREATE TABLE reached (
  release INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  environment TEXT NOT NULL,
  PRIMARY KEY (release, tenant, environment)
) STRICT, WITHOUT ROWID;

-- Tasks and what the runner remembers (tasks.h, journal.h, task_log.h) ---------------------------------------------

CREATE TABLE tasks (
  number INTEGER PRIMARY KEY,
  space TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  tenant TEXT NOT NULL,
  deployment INTEGER NOT NULL,
  state INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  queue_expiry INTEGER,
  started INTEGER,
  completed INTEGER,
  concurrency_key TEXT NOT NULL,  -- TSK-2
  priority INTEGER NOT NULL,
  epoch INTEGER NOT NULL,         -- the fence: writes for a claim carry it, stale ones are refused
  node TEXT NOT NULL,
  plan BLOB NOT NULL,             -- hash in contents, empty until planned
  error TEXT NOT NULL,
  has_warnings INTEGER NOT NULL,
  node_epoch INTEGER NOT NULL DEFAULT 0  -- of the node that claimed it; 0 for nodes without epochs, which are dead
) STRICT;
CREATE INDEX tasks_by_space ON tasks (space, number);
CREATE INDEX tasks_by_project ON tasks (project, number) WHERE project <> '';
CREATE INDEX tasks_by_tenant ON tasks (tenant, number) WHERE tenant <> '';
-- The few that have not ended (states Queued, Executing, Cancelling), however many have.
CREATE INDEX tasks_active ON tasks (number) WHERE state <= 2;
-- The few that ended otherwise than well (Failed, Canceled, TimedOut).
CREATE INDEX tasks_unsuccessful ON tasks (number, state, space) WHERE state > 3;

-- One attempt of one action on one target. Its outcome stays; its entries go when it ends.
CREATE TABLE units (
  task INTEGER NOT NULL,
  number INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  state INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,
  log_position INTEGER NOT NULL,
  log_ordinal INTEGER NOT NULL,
  PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal_entries (
  task INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  position INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  body TEXT NOT NULL,
  written INTEGER NOT NULL,
  PRIMARY KEY (task, unit, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE locks (
  key TEXT PRIMARY KEY,
  task INTEGER NOT NULL,
  unit INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX locks_by_unit ON locks (task, unit, key);

-- Lines last-lines+1 … last of a task's log, compressed. `size` counts the task's uncompressed bytes up to here.
CREATE TABLE log_chunks (
  task INTEGER NOT NULL,
  last INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  size INTEGER NOT NULL,
  packed BLOB NOT NULL,
  PRIMARY KEY (task, last)
) STRICT, WITHOUT ROWID;

-- Tasks that a dead process left executing (suspects.h), until something of them is stored again.
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

-- How often documents of each type have been written (generations.h).
CREATE TABLE generations (
  type TEXT PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The servers that claim tasks, and how often each has started (nodes.h).
CREATE TABLE nodes (
  name TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  is_alive INTEGER NOT NULL,
  started INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The audit trail (events.h) ----------------------------------------------------------------------------------------

CREATE TABLE events (
  number INTEGER PRIMARY KEY,
  occurred INTEGER NOT NULL,
  category TEXT NOT NULL,
  space TEXT NOT NULL,
  user_id TEXT NOT NULL,
  username TEXT NOT NULL,
  message TEXT NOT NULL,
  subject TEXT NOT NULL,
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  tenant TEXT NOT NULL,
  details TEXT NOT NULL,
  address TEXT NOT NULL DEFAULT '',  -- where the sender of a change was, and by what they showed who they are
  agent TEXT NOT NULL DEFAULT '',
  identity TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX events_by_subject ON events (subject, number);
CREATE INDEX events_by_project ON events (project, number) WHERE project <> '';
CREATE INDEX events_by_user ON events (user_id, number, space);
CREATE INDEX events_by_category ON events (category, number, space);
CREATE INDEX events_by_space ON events (space, number);

-- Histories that are on their way out (erasures.h).

CREATE TABLE erasures (
  subject TEXT PRIMARY KEY,  -- a project or a release
  space TEXT NOT NULL,
  stage INTEGER NOT NULL,
  below INTEGER NOT NULL     -- what has a greater number is out of the lists already
) STRICT, WITHOUT ROWID;
