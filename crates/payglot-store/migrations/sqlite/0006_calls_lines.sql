-- The calls that shops made, under the ids that they were answered with; notifications that are about no payment, that go out later, and
-- that newer ones may pass; a time within which a payer may try again.

ALTER TABLE payment ADD COLUMN retry_ms INTEGER; -- NULL: a failed attempt does not shorten the payer's time

-- ---- calls ----

CREATE TABLE call (
  n INTEGER PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project (n),
  id TEXT NOT NULL CHECK (id <> ''),        -- what the shop was answered with
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32), -- hash of what the shop signed
  at INTEGER NOT NULL,
  payment INTEGER REFERENCES payment (n),   -- NULL: refused before there was one
  order_number TEXT,                        -- the number that it named; NULL: the payment's
  -- The operation that it became, by its public id, because it may begin only after the call was answered.
  operation BLOB CHECK (length(operation) = 16),
  key TEXT,                                 -- the merchant's own id of what it asks for
  refused TEXT,                             -- what the shop is told, if it was refused after it had been accepted
  UNIQUE (project, id),
  CONSTRAINT about_something CHECK (payment IS NOT NULL OR (order_number IS NOT NULL AND refused IS NOT NULL AND operation IS NULL)),
  -- The merchant may ask again for what was refused.
  CONSTRAINT refused_without_key CHECK (refused IS NULL OR key IS NULL)
);
-- Is it the same call again?
CREATE INDEX call_fingerprint ON call (project, fingerprint);
CREATE UNIQUE INDEX call_key ON call (project, key) WHERE key IS NOT NULL;
-- Orders that exist only as refusals.
CREATE INDEX call_refused ON call (project, order_number) WHERE payment IS NULL;

-- ---- notifications ----

-- SQLite cannot change a column, so the table is made anew and filled. What is looked at often stands before the long texts.
CREATE TABLE notification_new (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  payment INTEGER REFERENCES payment (n),   -- NULL: about none; it stands alone
  project INTEGER REFERENCES project (n),   -- whose it is, if there is no payment to tell
  seq INTEGER NOT NULL CHECK (seq >= 1),    -- sent in this order
  endpoint INTEGER NOT NULL REFERENCES endpoint (n),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  attempts INTEGER NOT NULL,                -- that ended, since it was created or resent
  patience INTEGER CHECK (patience >= 1),   -- after so many of them newer ones need not wait for it; NULL: they always do
  next_at INTEGER,                          -- scheduled: not before this
  lease_until INTEGER,                      -- somebody is sending it, until then
  -- When it may be taken: NULL unless it is scheduled and no earlier one of its payment holds it back. The later of next_at and lease_until.
  due_at INTEGER,
  acknowledged_at INTEGER,
  dead_reason TEXT,
  created_at INTEGER NOT NULL,
  delay_ms INTEGER NOT NULL DEFAULT 0,      -- the first attempt is not before created_at + delay_ms
  event TEXT NOT NULL,
  method INTEGER NOT NULL CHECK (method IN (0, 1)),
  url TEXT NOT NULL,
  content_type TEXT NOT NULL,
  body TEXT NOT NULL,
  acknowledgement TEXT NOT NULL,
  schedule TEXT NOT NULL,
  UNIQUE (payment, seq),
  CONSTRAINT somebodys CHECK ((payment IS NULL) <> (project IS NULL)),
  CONSTRAINT alone CHECK (payment IS NOT NULL OR seq = 1),
  -- I5: acknowledged, scheduled, or dead with a reason.
  CONSTRAINT accounted_for CHECK (CASE state
    WHEN 0 THEN next_at IS NOT NULL
    WHEN 1 THEN acknowledged_at IS NOT NULL AND due_at IS NULL
    ELSE dead_reason IS NOT NULL AND due_at IS NULL END)
);
INSERT INTO notification_new (n, id, payment, seq, endpoint, state, attempts, next_at, lease_until, due_at, acknowledged_at, dead_reason,
  created_at, delay_ms, event, method, url, content_type, body, acknowledgement, schedule)
SELECT n, id, payment, seq, endpoint, state, attempts, next_at, lease_until, due_at, acknowledged_at, dead_reason,
  created_at, 0, event, method, url, content_type, body, acknowledgement, schedule
FROM notification;
DROP VIEW notification_words;
DROP TABLE notification;
ALTER TABLE notification_new RENAME TO notification;
-- Work to do, by endpoint: a shop with a long queue is skipped in one step.
CREATE INDEX notification_due ON notification (endpoint, due_at) WHERE due_at IS NOT NULL;
-- What is not acknowledged, for people and metrics.
CREATE INDEX notification_open ON notification (state) WHERE state <> 1;

-- ---- for people at the sqlite3 shell ----

CREATE VIEW notification_words AS
SELECT x.n, lower(hex(x.id)) AS id, x.payment, x.project, x.seq, x.event, s.word AS state, x.attempts, x.patience, x.url,
  datetime(x.next_at / 1000, 'unixepoch') AS next_at, x.dead_reason
FROM notification x
JOIN word s ON s.kind = 'delivery' AND s.code = x.state;

CREATE VIEW call_words AS
SELECT c.n, c.id, pr.name AS project, c.payment, coalesce(c.order_number, p.order_number) AS order_number,
  lower(hex(c.operation)) AS operation, c.key, c.refused, datetime(c.at / 1000, 'unixepoch') AS at
FROM call c
JOIN project pr ON pr.n = c.project
LEFT JOIN payment p ON p.n = c.payment;
