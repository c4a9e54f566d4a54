-- The schema of version 1, as files of the first release have it. Never edited.

CREATE TABLE shop (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE owners (
    id    INTEGER PRIMARY KEY,
    owner TEXT NOT NULL UNIQUE
);

CREATE TABLE actors (
    id     INTEGER PRIMARY KEY,
    caller TEXT NOT NULL,
    kind   TEXT NOT NULL,
    device TEXT,
    staff  TEXT
);

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

CREATE TABLE payments (
    id          TEXT PRIMARY KEY,
    order_seq   INTEGER NOT NULL,
    owner       INTEGER NOT NULL,
    payment_key TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX payments_key ON payments (owner, payment_key);

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

CREATE TABLE documents (
    kind TEXT NOT NULL,
    id   NOT NULL,
    fact INTEGER,
    doc  BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE slots (
    kind  INTEGER NOT NULL,
    start INTEGER NOT NULL,
    s0    INTEGER NOT NULL,
    s1    INTEGER NOT NULL,
    s2    INTEGER NOT NULL,
    s3    INTEGER NOT NULL,
    PRIMARY KEY (kind, start)
) WITHOUT ROWID;

CREATE TABLE personal (
    subject TEXT PRIMARY KEY,
    doc     BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE plugin_values (
    owner TEXT NOT NULL,
    area  TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (owner, area, key)
) WITHOUT ROWID;

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

CREATE TABLE commits (
    last_seq INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    hash     BLOB NOT NULL
);
