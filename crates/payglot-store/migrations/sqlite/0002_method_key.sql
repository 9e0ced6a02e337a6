-- The protocol's own name of a method, where it has several of one kind: which of ten banks the payer chose.
ALTER TABLE operation ADD COLUMN method_key TEXT;
