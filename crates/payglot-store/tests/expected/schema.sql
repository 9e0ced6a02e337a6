CREATE TABLE schema_migration (
           number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL);

CREATE TABLE word (
  kind TEXT NOT NULL,
  code INTEGER NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (kind, code)
) WITHOUT ROWID;

CREATE TABLE project (
  n INTEGER PRIMARY KEY AUTOINCREMENT,      -- never reused: payments and logs name it
  protocol TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  login TEXT NOT NULL,
  settings TEXT NOT NULL,                   -- JSON; only the server reads it
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  version INTEGER NOT NULL,                 -- grows with every change, secrets included
  created_at INTEGER NOT NULL,
  UNIQUE (protocol, login)
);

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE project_secret (
  n INTEGER PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project (n),
  kind TEXT NOT NULL,
  sealed BLOB NOT NULL,                     -- encrypted with the master key, which is not in this file
  created_at INTEGER NOT NULL,
  valid_until INTEGER                       -- NULL: the current one
);

CREATE INDEX project_secret_project ON project_secret (project);

CREATE TABLE order_counter (
  project INTEGER PRIMARY KEY REFERENCES project (n),
  last INTEGER NOT NULL
);

CREATE TABLE payment (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  project INTEGER NOT NULL REFERENCES project (n),
  order_number TEXT NOT NULL CHECK (order_number <> ''),
  intent INTEGER NOT NULL CHECK (intent BETWEEN 0 AND 2),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 8),
  currency TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  -- The sums. Two simultaneous refunds can never exceed what was captured, whatever the program does.
  authorized INTEGER NOT NULL,
  captured INTEGER NOT NULL CHECK (captured >= 0),
  capture_pending INTEGER NOT NULL CHECK (capture_pending >= 0),
  voided INTEGER NOT NULL CHECK (voided >= 0),
  void_pending INTEGER NOT NULL CHECK (void_pending >= 0),
  refunded INTEGER NOT NULL CHECK (refunded >= 0),
  refund_pending INTEGER NOT NULL CHECK (refund_pending >= 0),
  returned INTEGER NOT NULL CHECK (returned >= 0),
  return_pending INTEGER NOT NULL CHECK (return_pending >= 0),
  -- The terms it was registered under: they stay when the project changes its mind.
  attempts_max INTEGER NOT NULL,
  captures INTEGER NOT NULL CHECK (captures IN (0, 1)),
  void_captured_ms INTEGER NOT NULL,
  hold_ms INTEGER NOT NULL,
  late INTEGER NOT NULL CHECK (late IN (0, 1)),
  partial INTEGER NOT NULL CHECK (partial IN (0, 1)),
  over INTEGER NOT NULL CHECK (over IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  version INTEGER NOT NULL, hold_end_at INTEGER, hold_ending INTEGER CHECK (hold_ending BETWEEN 0 AND 1) CHECK ((hold_ending IS NULL) = (hold_end_at IS NULL)), paid_at INTEGER, retry_ms INTEGER, test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1)),                 -- a decision made on an older one is refused
  UNIQUE (project, order_number),
  CONSTRAINT captured_at_most_authorized
    CHECK (captured + capture_pending + voided + void_pending + returned + return_pending <= authorized),
  CONSTRAINT refunded_at_most_captured CHECK (refunded + refund_pending <= captured)
);

CREATE INDEX payment_created ON payment (created_at);

CREATE INDEX payment_expiry ON payment (expires_at) WHERE state <= 3;

CREATE TABLE payment_details (
  payment INTEGER PRIMARY KEY REFERENCES payment (n),
  details TEXT NOT NULL
);

CREATE TABLE operation (
  payment INTEGER NOT NULL REFERENCES payment (n),
  seq INTEGER NOT NULL CHECK (seq >= 1),    -- its place among the operations of the payment
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), -- the provider's idempotency key: one question, one payment
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
  amount INTEGER NOT NULL CHECK (amount > 0),
  currency TEXT,                            -- NULL: the payment's
  last INTEGER NOT NULL CHECK (last IN (0, 1)),
  key TEXT,                                 -- the merchant's id of the request
  method INTEGER CHECK (method BETWEEN 0 AND 8),
  card_masked TEXT,                         -- first six and last four digits; the number itself is never here
  card_expiry INTEGER,
  card_holder TEXT,
  card_brand INTEGER CHECK (card_brand BETWEEN 0 AND 5),
  payer_ip TEXT,
  reason INTEGER CHECK (reason BETWEEN 0 AND 21),
  approval_code TEXT NOT NULL,
  reference TEXT NOT NULL,
  three_ds INTEGER CHECK (three_ds BETWEEN 0 AND 3),
  asked_at INTEGER NOT NULL,
  answered_at INTEGER, method_key TEXT,
  PRIMARY KEY (payment, seq)
) WITHOUT ROWID;

CREATE INDEX operation_unanswered ON operation (asked_at) WHERE status IN (0, 2);

CREATE TABLE change (
  payment INTEGER NOT NULL REFERENCES payment (n),
  version INTEGER NOT NULL,
  line INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event INTEGER NOT NULL CHECK (event BETWEEN 0 AND 30),
  from_state INTEGER CHECK (from_state BETWEEN 0 AND 8),
  to_state INTEGER NOT NULL CHECK (to_state BETWEEN 0 AND 8),
  operation INTEGER,                        -- operation.seq
  PRIMARY KEY (payment, version, line)
) WITHOUT ROWID;

CREATE TRIGGER change_is_history BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;

CREATE TRIGGER change_stays BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;

CREATE TABLE posting (
  payment INTEGER NOT NULL REFERENCES payment (n),
  version INTEGER NOT NULL,
  line INTEGER NOT NULL,
  debit INTEGER NOT NULL CHECK (debit BETWEEN 0 AND 4),
  credit INTEGER NOT NULL CHECK (credit BETWEEN 0 AND 4),
  amount INTEGER NOT NULL CHECK (amount > 0),
  currency TEXT,                            -- NULL: the payment's
  PRIMARY KEY (payment, version, line),
  CONSTRAINT two_accounts CHECK (debit <> credit)
) WITHOUT ROWID;

CREATE TRIGGER posting_is_history BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END;

CREATE TRIGGER posting_stays BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never deleted'); END;

CREATE TABLE endpoint (
  n INTEGER PRIMARY KEY,
  address TEXT NOT NULL UNIQUE
);

CREATE TABLE delivery (
  n INTEGER PRIMARY KEY,
  notification INTEGER NOT NULL REFERENCES notification (n),
  at INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  address TEXT NOT NULL,
  status INTEGER NOT NULL,                  -- 0: no answer
  answer TEXT NOT NULL,
  verdict TEXT NOT NULL,
  -- What followed, as in notification.
  next_state INTEGER NOT NULL CHECK (next_state BETWEEN 0 AND 2),
  next_at INTEGER,
  dead_reason TEXT
);

CREATE INDEX delivery_notification ON delivery (notification);

CREATE TABLE bank_entry (
  operation BLOB PRIMARY KEY CHECK (length(operation) = 16),
  payment BLOB NOT NULL CHECK (length(payment) = 16),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3),
  argument INTEGER,                         -- wrong answers to the challenge, or the reason it was declined
  note TEXT NOT NULL,
  at INTEGER NOT NULL
, purse TEXT, acts_at INTEGER) WITHOUT ROWID;

CREATE INDEX bank_entry_payment ON bank_entry (payment);

CREATE TABLE heartbeat (
  n INTEGER PRIMARY KEY CHECK (n = 1),
  beats INTEGER NOT NULL
);

CREATE VIEW payment_words AS
SELECT p.n, lower(hex(p.id)) AS id, pr.name AS project, p.order_number, i.word AS intent, s.word AS state, p.amount, p.currency,
  p.authorized, p.captured, p.voided, p.refunded, p.returned, datetime(p.created_at / 1000, 'unixepoch') AS created_at, p.version
FROM payment p
JOIN project pr ON pr.n = p.project
JOIN word i ON i.kind = 'intent' AND i.code = p.intent
JOIN word s ON s.kind = 'state' AND s.code = p.state;

CREATE VIEW operation_words AS
SELECT o.payment, o.seq, lower(hex(o.id)) AS id, k.word AS kind, s.word AS status, o.amount, o.currency, o.card_masked,
  r.word AS reason, o.approval_code, o.reference, datetime(o.asked_at / 1000, 'unixepoch') AS asked_at
FROM operation o
JOIN word k ON k.kind = 'kind' AND k.code = o.kind
JOIN word s ON s.kind = 'status' AND s.code = o.status
LEFT JOIN word r ON r.kind = 'reason' AND r.code = o.reason;

CREATE VIEW change_words AS
SELECT c.payment, c.version, c.line, datetime(c.at / 1000, 'unixepoch') AS at, e.word AS event, f.word AS from_state,
  t.word AS to_state, c.operation
FROM change c
JOIN word e ON e.kind = 'event' AND e.code = c.event
LEFT JOIN word f ON f.kind = 'state' AND f.code = c.from_state
JOIN word t ON t.kind = 'state' AND t.code = c.to_state;

CREATE VIEW posting_words AS
SELECT p.payment, p.version, p.line, d.word AS debit, c.word AS credit, p.amount, p.currency
FROM posting p
JOIN word d ON d.kind = 'account' AND d.code = p.debit
JOIN word c ON c.kind = 'account' AND c.code = p.credit;

CREATE INDEX payment_list ON payment (project, state, created_at, refunded);

CREATE INDEX payment_paid ON payment (project, paid_at, state, refunded) WHERE paid_at IS NOT NULL;

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

CREATE UNIQUE INDEX binding_active ON binding (project, client, token) WHERE active = 1;

CREATE INDEX binding_token ON binding (project, token) WHERE active = 1;

CREATE TABLE bank_card (
  token TEXT PRIMARY KEY,
  fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
  sealed BLOB NOT NULL,
  kept_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE VIEW binding_words AS
SELECT b.n, lower(hex(b.id)) AS id, pr.name AS project, b.client, b.card_masked, b.card_expiry, r.word AS brand, c.word AS category,
  b.active, b.payment, datetime(b.created_at / 1000, 'unixepoch') AS created_at
FROM binding b
JOIN project pr ON pr.n = b.project
JOIN word r ON r.kind = 'brand' AND r.code = b.card_brand
JOIN word c ON c.kind = 'category' AND c.code = b.category;

CREATE TABLE number_counter (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL CHECK (last >= 0)
) WITHOUT ROWID;

CREATE TABLE gateway_key (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  purpose TEXT NOT NULL,
  sealed BLOB NOT NULL,                     -- the private half, encrypted with the master key, which is not in this file
  certificate TEXT NOT NULL,                -- the public half, as it is published
  created_at INTEGER NOT NULL,
  used_from INTEGER                         -- NULL: published as the next one, does not sign yet
);

CREATE INDEX gateway_key_purpose ON gateway_key (purpose, used_from);

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

CREATE INDEX call_fingerprint ON call (project, fingerprint);

CREATE UNIQUE INDEX call_key ON call (project, key) WHERE key IS NOT NULL;

CREATE INDEX call_refused ON call (project, order_number) WHERE payment IS NULL;

CREATE TABLE "notification" (
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

CREATE INDEX notification_due ON notification (endpoint, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX notification_open ON notification (state) WHERE state <> 1;

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

CREATE INDEX bank_entry_purse ON bank_entry (purse, operation) WHERE purse IS NOT NULL;

CREATE INDEX bank_entry_acts ON bank_entry (acts_at) WHERE acts_at IS NOT NULL;

CREATE INDEX operation_unheard ON operation (ifnull(answered_at, asked_at), id)
  WHERE method >= 3 AND (status = 1 OR (status = 4 AND reason IN (14, 18, 19, 20)));

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

CREATE INDEX mandate_due ON mandate (next_charge_at) WHERE active = 1 AND next_charge_at IS NOT NULL;

CREATE VIEW mandate_words AS
SELECT m.n, m.number, pr.name AS project, m.payment, m.client, m.card_masked, m.card_expiry, r.word AS brand, m.currency, m.active,
  m.charges, datetime(m.charged_at / 1000, 'unixepoch') AS charged_at, datetime(m.next_charge_at / 1000, 'unixepoch') AS next_charge_at,
  datetime(m.valid_until / 1000, 'unixepoch') AS valid_until, datetime(m.created_at / 1000, 'unixepoch') AS created_at, m.version
FROM mandate m
JOIN project pr ON pr.n = m.project
JOIN word r ON r.kind = 'brand' AND r.code = m.card_brand;
