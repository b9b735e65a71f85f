-- Histories that are on their way out (erasures.h).
CREATE TABLE erasures (
  subject TEXT PRIMARY KEY,  -- a project or a release
  space TEXT NOT NULL,
  stage INTEGER NOT NULL,
  below INTEGER NOT NULL     -- what has a greater number is out of the lists already
) STRICT, WITHOUT ROWID;
