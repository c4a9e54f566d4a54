-- A shop's file, version 2. Numbers of order and ticket states stand in codec.py.
-- Blobs named `doc`, `backing`, `state` and `reply` are Zstandard frames made with the dictionary kept
-- in `shop`; `jumak export` hands everything out as plain JSON lines.

-- The settings of the shop, the ones it was founded with (later ones stand in the journal), and the
-- compression dictionary.
CREATE TABLE shop (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- Identities that own orders, payments and command ids, as small numbers.
CREATE TABLE owners (
    id    INTEGER PRIMARY KEY,
    owner TEXT NOT NULL UNIQUE
);

-- Who caused a fact: identity, its kind, the device, the person signed in.
CREATE TABLE actors (
    id     INTEGER PRIMARY KEY,
    caller TEXT NOT NULL,
    kind   TEXT NOT NULL,
    device TEXT,
    staff  TEXT
);

-- One row per order. order_key is NULL when it equals the id (nobody chose one).
-- fact: journal row that holds the public document's newest change. open: not yet released.
CREATE TABLE orders (
    seq           INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    created       INTEGER NOT NULL,
    state         INTEGER NOT NULL,
    open          INTEGER NOT NULL,
    owner         INTEGER NOT NULL,
    order_key     TEXT,
    table_id      INTEGER,
    business_date TEXT NOT NULL,
    number        TEXT NOT NULL,
    version       INTEGER NOT NULL,
    fact          INTEGER NOT NULL,
    doc           BLOB NOT NULL,
    backing       BLOB NOT NULL
);
CREATE INDEX orders_created ON orders (created, seq, state);
CREATE INDEX orders_state ON orders (state, created, seq);
CREATE INDEX orders_open ON orders (seq) WHERE open = 1;
CREATE UNIQUE INDEX orders_key ON orders (order_key, owner) WHERE order_key IS NOT NULL AND state <> 3;
CREATE INDEX orders_table ON orders (table_id, created) WHERE table_id IS NOT NULL;
CREATE INDEX orders_day ON orders (business_date, number);

-- Which order holds a payment, and the keys its recorders gave.
CREATE TABLE payments (
    id          TEXT PRIMARY KEY,
    order_seq   INTEGER NOT NULL,
    owner       INTEGER NOT NULL,
    payment_key TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX payments_key ON payments (owner, payment_key);

-- One row per ticket, numbered in the order of creation and id; written again on bump and recall.
CREATE TABLE tickets (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    order_id  TEXT NOT NULL,
    state     INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    doc       BLOB NOT NULL
);
CREATE INDEX tickets_order ON tickets (order_id);
CREATE INDEX tickets_created ON tickets (created, seq, state);
CREATE INDEX tickets_open ON tickets (created, seq) WHERE state = 0;

-- Small documents of the shop. id keeps its type, so that 1 and '1' differ.
-- fact: journal row that holds this very document, NULL when it is no fact of the trade.
CREATE TABLE documents (
    kind TEXT NOT NULL,
    id   NOT NULL,
    fact INTEGER,
    doc  BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Running numbers, never reused.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- How many orders (kind 0) and tickets (kind 1) of each state were created from `start` on, until the next
-- slot: at most one UTC day, at most some thousands. They let any page be found without counting rows.
CREATE TABLE slots (
    kind  INTEGER NOT NULL,
    start INTEGER NOT NULL,
    s0    INTEGER NOT NULL,
    s1    INTEGER NOT NULL,
    s2    INTEGER NOT NULL,
    s3    INTEGER NOT NULL,
    PRIMARY KEY (kind, start)
) WITHOUT ROWID;

-- Personal data, beside the journal so that erasing it breaks no hash.
CREATE TABLE personal (
    subject TEXT PRIMARY KEY,
    doc     BLOB NOT NULL
) WITHOUT ROWID;

-- Plugins' own texts; area `secret` is encrypted with DIR/secret.key.
CREATE TABLE plugin_values (
    owner TEXT NOT NULL,
    area  TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (owner, area, key)
) WITHOUT ROWID;

-- What was answered to a command id. fact, order_id: the reply holds that version of that order, and
-- `reply` only what stands around it; otherwise `reply` is the whole of it.
CREATE TABLE commands (
    seq        INTEGER PRIMARY KEY,
    owner      INTEGER NOT NULL,
    command_id TEXT NOT NULL,
    at         INTEGER NOT NULL,
    body       BLOB NOT NULL,
    order_id   TEXT,
    fact       INTEGER,
    reply      BLOB NOT NULL
);
CREATE UNIQUE INDEX commands_id ON commands (owner, command_id);

-- Every change of the shop, numbered. state: what the fact made of orders, tickets and documents.
CREATE TABLE journal (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    name    TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor   INTEGER NOT NULL,
    command TEXT,
    data    BLOB NOT NULL,
    state   BLOB
);

-- Which facts tell of an order (journal.py, `orders_named`), so that its history is read without the journal's
-- other rows. Numbers of rows on both sides: an order's facts lie side by side.
CREATE TABLE order_facts (
    order_seq INTEGER NOT NULL,
    fact      INTEGER NOT NULL,
    PRIMARY KEY (order_seq, fact)
) WITHOUT ROWID;

-- One row per commit: hash = SHA-256 of the previous hash and the commit's journal rows.
CREATE TABLE commits (
    last_seq INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    hash     BLOB NOT NULL
);
