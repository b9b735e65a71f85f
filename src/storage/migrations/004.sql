-- Documents age: how old the form is in which each was stored stands beside it.
ALTER TABLE resources ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE resources ADD COLUMN shape INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- By what declarations the columns beside a type's documents, and their references, were last made.
CREATE TABLE lifted (
  type TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  shape INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE schema_version ADD COLUMN minimum INTEGER NOT NULL DEFAULT 4;
