-- Saved cards: what a shop may know of them, and, apart from it, the simulated bank's own vault.

INSERT INTO word (kind, code, word) VALUES
  ('category', 0, 'common'), ('category', 1, 'installment'), ('category', 2, 'recurrent');

-- A card that a payer left with a shop. No number is here: `token` is what the provider calls the card it keeps.
CREATE TABLE binding (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  project INTEGER NOT NULL REFERENCES project (n),
  client TEXT NOT NULL CHECK (client <> ''), -- the payer's id in the shop
  token TEXT NOT NULL CHECK (token <> ''),
  card_masked TEXT NOT NULL,                -- first six and last four digits
  card_expiry INTEGER NOT NULL,
  card_holder TEXT NOT NULL,
  card_brand INTEGER NOT NULL CHECK (card_brand BETWEEN 0 AND 5),
  category INTEGER NOT NULL CHECK (category BETWEEN 0 AND 2),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  payment INTEGER REFERENCES payment (n),   -- the one that made it; NULL: saved without one
  created_at INTEGER NOT NULL,
  -- Whatever the program does, no longer number fits in.
  CONSTRAINT masked CHECK (card_masked GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][*][*][0-9][0-9][0-9][0-9]')
);
-- Two payments that save one card at the same time make one binding.
CREATE UNIQUE INDEX binding_active ON binding (project, client, token) WHERE active = 1;
CREATE INDEX binding_token ON binding (project, token) WHERE active = 1;

-- Cards that the simulated bank keeps: the number sealed with a key of the bank's own, which is not in this file. One number of one
-- merchant has one fingerprint (keyed, so that nobody can try numbers against it), hence one token. A security code is never kept.
CREATE TABLE bank_card (
  token TEXT PRIMARY KEY,
  fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
  sealed BLOB NOT NULL,
  kept_at INTEGER NOT NULL
) WITHOUT ROWID;

-- ---- for people at the sqlite3 shell ----

CREATE VIEW binding_words AS
SELECT b.n, lower(hex(b.id)) AS id, pr.name AS project, b.client, b.card_masked, b.card_expiry, r.word AS brand, c.word AS category,
  b.active, b.payment, datetime(b.created_at / 1000, 'unixepoch') AS created_at
FROM binding b
JOIN project pr ON pr.n = b.project
JOIN word r ON r.kind = 'brand' AND r.code = b.card_brand
JOIN word c ON c.kind = 'category' AND c.code = b.category;
