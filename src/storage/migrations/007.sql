-- How often documents of each type have been written (generations.h).
CREATE TABLE generations (
  type TEXT PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
