-- Numbers that are unique in the whole gateway, and the gateway's own signing keys.

-- Some protocols want a decimal number for a payment, unique over all projects. Numbers are taken in blocks, so that giving one out
-- costs no write; a block that a stopped process did not use up leaves a gap.
CREATE TABLE number_counter (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL CHECK (last >= 0)
) WITHOUT ROWID;

-- Keys that sign for all projects. They live here and not in a file beside the master key, so that a backup of the database holds them
-- with what they signed, and a second process sees a new one at once.
CREATE TABLE gateway_key (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  purpose TEXT NOT NULL,
  sealed BLOB NOT NULL,                     -- the private half, encrypted with the master key, which is not in this file
  certificate TEXT NOT NULL,                -- the public half, as it is published
  created_at INTEGER NOT NULL,
  used_from INTEGER                         -- NULL: published as the next one, does not sign yet
);
CREATE INDEX gateway_key_purpose ON gateway_key (purpose, used_from);
