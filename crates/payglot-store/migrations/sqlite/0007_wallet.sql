-- The simulated wallet: invoices lie in the inbox of their owner, who pays or refuses them when they like, and the wallet tells of it by
-- itself.

ALTER TABLE bank_entry ADD COLUMN purse TEXT;       -- whose invoice it is; NULL: it is none
-- From then on there is something to tell that nobody asked for: at first what the owner will do without being looked at, later what was
-- decided, until it was heard. NULL: nothing.
ALTER TABLE bank_entry ADD COLUMN acts_at INTEGER;

CREATE INDEX bank_entry_purse ON bank_entry (purse, operation) WHERE purse IS NOT NULL;
CREATE INDEX bank_entry_acts ON bank_entry (acts_at) WHERE acts_at IS NOT NULL;
