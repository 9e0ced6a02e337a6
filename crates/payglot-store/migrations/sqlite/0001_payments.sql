-- The whole of payglot's embedded database. Forward only: a change is a new file, never an edit of this one.
--
-- How to read it:
-- * `n` is the internal number of a row. Children carry it instead of the 16 bytes of a public id, because it is four times smaller and
--   grows with time, so inserts land at the end of each b-tree.
-- * Words (states, events, reasons ...) are small numbers; the table `word` spells them and the views at the end show them. The
--   program's own lists are compared with `word` by a test.
-- * Times are milliseconds since 1970, UTC. Amounts are minor units (kopecks, cents).

-- ---- words ----

CREATE TABLE word (
  kind TEXT NOT NULL,
  code INTEGER NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (kind, code)
) WITHOUT ROWID;

INSERT INTO word (kind, code, word) VALUES
  ('state', 0, 'created'), ('state', 1, 'pending'), ('state', 2, 'underpaid'), ('state', 3, 'held'), ('state', 4, 'paid'),
  ('state', 5, 'declined'), ('state', 6, 'voided'), ('state', 7, 'cancelled'), ('state', 8, 'expired'),
  ('intent', 0, 'sale'), ('intent', 1, 'hold'), ('intent', 2, 'payout'),
  ('captures', 0, 'one'), ('captures', 1, 'several'),
  ('funds', 0, 'accept'), ('funds', 1, 'return'),
  ('kind', 0, 'sale'), ('kind', 1, 'hold'), ('kind', 2, 'capture'), ('kind', 3, 'void'), ('kind', 4, 'refund'),
  ('kind', 5, 'return'), ('kind', 6, 'payout'),
  ('status', 0, 'asked'), ('status', 1, 'payer_acts'), ('status', 2, 'unknown'), ('status', 3, 'approved'), ('status', 4, 'declined'),
  ('method', 0, 'card'), ('method', 1, 'merchant_card'), ('method', 2, 'saved_card'), ('method', 3, 'wallet'), ('method', 4, 'bank'),
  ('method', 5, 'transfer'), ('method', 6, 'sms'), ('method', 7, 'kiosk'), ('method', 8, 'crypto'),
  ('brand', 0, 'VISA'), ('brand', 1, 'MASTERCARD'), ('brand', 2, 'MAESTRO'), ('brand', 3, 'MIR'), ('brand', 4, 'AMEX'),
  ('brand', 5, 'OTHER'),
  ('three_ds', 0, 'no'), ('three_ds', 1, 'attempt'), ('three_ds', 2, 'frictionless'), ('three_ds', 3, 'challenge'),
  ('reason', 0, 'insufficient_funds'), ('reason', 1, 'card_expired'), ('reason', 2, 'wrong_security_code'),
  ('reason', 3, 'wrong_card_data'), ('reason', 4, 'unknown_card'), ('reason', 5, 'card_restricted'), ('reason', 6, 'card_limit'),
  ('reason', 7, 'issuer_limit'), ('reason', 8, 'network_refused'), ('reason', 9, 'issuer_refused'),
  ('reason', 10, 'issuer_unavailable'), ('reason', 11, 'authentication_failed'), ('reason', 12, 'authentication_refused'),
  ('reason', 13, 'authentication_error'), ('reason', 14, 'authentication_abandoned'), ('reason', 15, 'fraud'),
  ('reason', 16, 'not_received'), ('reason', 17, 'system_error'), ('reason', 18, 'cancelled_by_payer'),
  ('reason', 19, 'cancelled_by_merchant'), ('reason', 20, 'time_ran_out'), ('reason', 21, 'other'),
  ('event', 0, 'registered'), ('event', 1, 'attempt_started'), ('event', 2, 'challenge_started'), ('event', 3, 'challenge_answered'),
  ('event', 4, 'attempt_failed'), ('event', 5, 'refused'), ('event', 6, 'outcome_unknown'), ('event', 7, 'hold_approved'),
  ('event', 8, 'captured'), ('event', 9, 'captured_in_part'), ('event', 10, 'capture_asked'), ('event', 11, 'capture_refused'),
  ('event', 12, 'void_asked'), ('event', 13, 'void_refused'), ('event', 14, 'voided_in_part'), ('event', 15, 'voided'),
  ('event', 16, 'refund_asked'), ('event', 17, 'refund_refused'), ('event', 18, 'refunded'), ('event', 19, 'part_received'),
  ('event', 20, 'late_received'), ('event', 21, 'excess_received'), ('event', 22, 'paid_late'), ('event', 23, 'return_asked'),
  ('event', 24, 'returned'), ('event', 25, 'return_refused'), ('event', 26, 'payout_asked'), ('event', 27, 'paid_out'),
  ('event', 28, 'payout_refused'), ('event', 29, 'cancelled'), ('event', 30, 'expired'),
  ('account', 0, 'payer'), ('account', 1, 'held'), ('account', 2, 'suspense'), ('account', 3, 'merchant'), ('account', 4, 'payee'),
  ('call', 0, 'GET'), ('call', 1, 'POST'),
  ('delivery', 0, 'scheduled'), ('delivery', 1, 'acknowledged'), ('delivery', 2, 'dead'),
  ('outcome', 0, 'challenge'), ('outcome', 1, 'authenticated'), ('outcome', 2, 'approved'), ('outcome', 3, 'declined');

-- ---- projects ----

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

CREATE TABLE project_secret (
  n INTEGER PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project (n),
  kind TEXT NOT NULL,
  sealed BLOB NOT NULL,                     -- encrypted with the master key, which is not in this file
  created_at INTEGER NOT NULL,
  valid_until INTEGER                       -- NULL: the current one
);
CREATE INDEX project_secret_project ON project_secret (project);

-- The last order number we gave ourselves. Apart from `project`, because it changes with every such order.
CREATE TABLE order_counter (
  project INTEGER PRIMARY KEY REFERENCES project (n),
  last INTEGER NOT NULL
);

-- ---- payments ----

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
  version INTEGER NOT NULL,                 -- a decision made on an older one is refused
  UNIQUE (project, order_number),
  CONSTRAINT captured_at_most_authorized
    CHECK (captured + capture_pending + voided + void_pending + returned + return_pending <= authorized),
  CONSTRAINT refunded_at_most_captured CHECK (refunded + refund_pending <= captured)
);
-- Lists, newest first: of everything, and of one project in one state (several states are merged).
CREATE INDEX payment_created ON payment (created_at);
CREATE INDEX payment_list ON payment (project, state, created_at);
-- The clock. Only payments that can still expire (created, pending, underpaid, held) are in it, so it stays small for ever.
CREATE INDEX payment_expiry ON payment (expires_at) WHERE state <= 3;

-- What the merchant sent. Apart from `payment`, so that the row which every step rewrites stays small.
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
  answered_at INTEGER,
  PRIMARY KEY (payment, seq)
) WITHOUT ROWID;
-- Questions to ask again (asked, unknown). Empty when all is well.
CREATE INDEX operation_unanswered ON operation (asked_at) WHERE status IN (0, 2);

-- History and ledger are keyed by the decision (the payment's version) that made them, and never change.
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

-- ---- notifications ----

-- Scheme, host and port of shops: what fairness is measured by.
CREATE TABLE endpoint (
  n INTEGER PRIMARY KEY,
  address TEXT NOT NULL UNIQUE
);

CREATE TABLE notification (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  payment INTEGER NOT NULL REFERENCES payment (n),
  seq INTEGER NOT NULL CHECK (seq >= 1),    -- sent in this order
  endpoint INTEGER NOT NULL REFERENCES endpoint (n),
  event TEXT NOT NULL,
  method INTEGER NOT NULL CHECK (method IN (0, 1)),
  url TEXT NOT NULL,
  content_type TEXT NOT NULL,
  body TEXT NOT NULL,
  acknowledgement TEXT NOT NULL,
  schedule TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  next_at INTEGER,                          -- scheduled: not before this
  lease_until INTEGER,                      -- somebody is sending it, until then
  -- When it may be taken: NULL unless it is scheduled and no earlier one of its payment is. The later of next_at and lease_until.
  due_at INTEGER,
  acknowledged_at INTEGER,
  dead_reason TEXT,
  UNIQUE (payment, seq),
  -- I5: acknowledged, scheduled, or dead with a reason.
  CONSTRAINT accounted_for CHECK (CASE state
    WHEN 0 THEN next_at IS NOT NULL
    WHEN 1 THEN acknowledged_at IS NOT NULL AND due_at IS NULL
    ELSE dead_reason IS NOT NULL AND due_at IS NULL END)
);
-- Work to do, by endpoint: a shop with a long queue is skipped in one step.
CREATE INDEX notification_due ON notification (endpoint, due_at) WHERE due_at IS NOT NULL;
-- What is not acknowledged, for people and metrics.
CREATE INDEX notification_open ON notification (state) WHERE state <> 1;

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

-- ---- the simulated bank's own book ----

-- Names payments and operations by their public ids and has no foreign key: another bank would not know our tables either, and the
-- audit compares the two books.
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
) WITHOUT ROWID;
CREATE INDEX bank_entry_payment ON bank_entry (payment);

-- ---- the store itself ----

-- One row that the health check writes and reads back.
CREATE TABLE heartbeat (
  n INTEGER PRIMARY KEY CHECK (n = 1),
  beats INTEGER NOT NULL
);
INSERT INTO heartbeat (n, beats) VALUES (1, 0);

-- ---- for people at the sqlite3 shell ----

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

CREATE VIEW notification_words AS
SELECT x.n, lower(hex(x.id)) AS id, x.payment, x.seq, x.event, s.word AS state, x.attempts, x.url,
  datetime(x.next_at / 1000, 'unixepoch') AS next_at, x.dead_reason
FROM notification x
JOIN word s ON s.kind = 'delivery' AND s.code = x.state;
