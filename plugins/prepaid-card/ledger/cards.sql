-- Cards and what happened to them. A balance is never written by itself: each change stands beside its entry.
CREATE TABLE IF NOT EXISTS cards (
  code TEXT PRIMARY KEY,
  balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT;

-- The caller's key makes an entry the same one however often it is asked for. A key that was cancelled before its
-- entry arrived has no card: whatever is still on the way under that key will be refused.
CREATE TABLE IF NOT EXISTS entries (
  kind TEXT NOT NULL CHECK (kind IN ('charge', 'payment')),
  key TEXT NOT NULL,
  card TEXT REFERENCES cards (code),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  at TEXT NOT NULL,
  cancelled_at TEXT,
  PRIMARY KEY (kind, key)
) STRICT;
