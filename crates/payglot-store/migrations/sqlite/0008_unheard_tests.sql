-- Attempts at places (banks, wallets, telephones) that no place has told the end of: the payer is there, or we gave the attempt up by
-- ourselves (reasons: left, cancelled by payer or merchant, out of time). A payer may have paid there all the same, so they are asked for
-- by when that was, ever more seldom.
CREATE INDEX operation_unheard ON operation (ifnull(answered_at, asked_at), id)
  WHERE method >= 3 AND (status = 1 OR (status = 4 AND reason IN (14, 18, 19, 20)));

-- A payment that its shop sent as a test: no money moves, so it has no postings. Those from before this column have them, and keep them.
ALTER TABLE payment ADD COLUMN test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1));
