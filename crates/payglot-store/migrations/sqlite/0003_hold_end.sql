-- What ends a hold before its longest life does: a moment that the merchant named, and what happens then.
INSERT INTO word (kind, code, word) VALUES ('ending', 0, 'capture'), ('ending', 1, 'void');
ALTER TABLE payment ADD COLUMN hold_end_at INTEGER;
ALTER TABLE payment ADD COLUMN hold_ending INTEGER CHECK (hold_ending BETWEEN 0 AND 1) CHECK ((hold_ending IS NULL) = (hold_end_at IS NULL));

-- When the first attempt was approved: shops list what was paid in a period.
ALTER TABLE payment ADD COLUMN paid_at INTEGER;
UPDATE payment SET paid_at = (SELECT min(o.answered_at) FROM operation o WHERE o.payment = payment.n AND o.kind IN (0, 1) AND o.status = 3)
WHERE authorized > 0;

-- Both lists of a project are counted and paged without touching the table: everything that is asked of them is in the index.
DROP INDEX payment_list;
CREATE INDEX payment_list ON payment (project, state, created_at, refunded);
CREATE INDEX payment_paid ON payment (project, paid_at, state, refunded) WHERE paid_at IS NOT NULL;
