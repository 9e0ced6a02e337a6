-- Mandates: standing permissions of payers to charge a card that the provider keeps, again and again. A mandate has the provider's token
-- itself, so it does not end with a saved card.

CREATE TABLE mandate (
  n INTEGER PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project (n),
  number INTEGER NOT NULL CHECK (number > 0), -- what the shop calls it
  payment INTEGER NOT NULL REFERENCES payment (n), -- the one that made it
  client TEXT NOT NULL,                     -- the payer's id in the shop; may be empty
  token TEXT NOT NULL CHECK (token <> ''),
  card_masked TEXT NOT NULL,                -- first six and last four digits
  card_expiry INTEGER NOT NULL,
  card_holder TEXT NOT NULL,
  card_brand INTEGER NOT NULL CHECK (card_brand BETWEEN 0 AND 5),
  currency TEXT NOT NULL,
  terms TEXT NOT NULL,                      -- what was agreed; only the protocol reads it
  valid_until INTEGER NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  charges INTEGER NOT NULL CHECK (charges >= 0), -- begun so far
  charged_at INTEGER,                       -- when the latest began
  charged_for INTEGER,                      -- the latest date for which the gateway charged by itself
  next_charge_at INTEGER,                   -- when the gateway charges by itself; NULL: only the shop does
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,                 -- every change and every charge adds one; what was decided on an older one is refused
  UNIQUE (project, number),
  -- Whatever the program does, no longer number fits in.
  CONSTRAINT masked CHECK (card_masked GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][*][*][0-9][0-9][0-9][0-9]')
);
-- The clock: only those that the gateway charges by itself.
CREATE INDEX mandate_due ON mandate (next_charge_at) WHERE active = 1 AND next_charge_at IS NOT NULL;

-- ---- for people at the sqlite3 shell ----

CREATE VIEW mandate_words AS
SELECT m.n, m.number, pr.name AS project, m.payment, m.client, m.card_masked, m.card_expiry, r.word AS brand, m.currency, m.active,
  m.charges, datetime(m.charged_at / 1000, 'unixepoch') AS charged_at, datetime(m.next_charge_at / 1000, 'unixepoch') AS next_charge_at,
  datetime(m.valid_until / 1000, 'unixepoch') AS valid_until, datetime(m.created_at / 1000, 'unixepoch') AS created_at, m.version
FROM mandate m
JOIN project pr ON pr.n = m.project
JOIN word r ON r.kind = 'brand' AND r.code = m.card_brand;
