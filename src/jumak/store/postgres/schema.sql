-- Many shops in one database, version 1. Every key begins with the shop, and no statement crosses shops, so that
-- tables can be distributed by `shop_id` (docs/how-to/postgresql.md). Numbers of order and ticket states stand in
-- codec.py. Columns named `doc`, `backing`, `state` and `reply` are Zstandard frames made with the dictionary kept in
-- `shop_values`. Texts that people or programs outside chose are kept as bytes (UTF-8): a PostgreSQL text holds no NUL.

-- The version of this schema: one row, for all shops.
CREATE TABLE jumak_schema (
    version integer NOT NULL
);

-- What every commit of a shop changes: its number, the newest fact and the chain of hashes. The row is also what two
-- server processes take turns by, see store.py.
CREATE TABLE heads (
    shop_id bigint PRIMARY KEY,
    commit  bigint NOT NULL,
    seq     bigint NOT NULL,
    hash    bytea NOT NULL,
    fence   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);

-- Which process runs which shop (placing.py): its terminals, plugins, timetable. Without a process the shop waits to
-- be taken up. `heads.fence` counts the placements, so that who lost a shop cannot write it any more.
CREATE TABLE placements (
    shop_id bigint PRIMARY KEY,
    process text
);

-- The processes that run shops, where others of them reach each, and until when it is taken for alive. No shop's.
CREATE TABLE jumak_processes (
    process text PRIMARY KEY,
    address text NOT NULL,
    expires timestamptz NOT NULL
) WITH (fillfactor = 50);

-- The settings of the shop, the ones it was founded with (later ones stand in the journal), and the
-- compression dictionary.
CREATE TABLE shop_values (
    shop_id bigint NOT NULL,
    name    text NOT NULL,
    value   bytea NOT NULL,
    PRIMARY KEY (shop_id, name)
);

-- Identities that own orders, payments and command ids, as small numbers.
CREATE TABLE owners (
    shop_id bigint NOT NULL,
    id      bigint NOT NULL,
    owner   bytea NOT NULL,
    PRIMARY KEY (shop_id, id)
);

-- Who caused a fact, as JSON: identity, its kind, the device, the person signed in.
CREATE TABLE actors (
    shop_id bigint NOT NULL,
    id      bigint NOT NULL,
    actor   bytea NOT NULL,
    PRIMARY KEY (shop_id, id)
);

-- One row per order. order_key is NULL when it equals the id (nobody chose one).
-- fact: journal row that holds the public document's newest change. open: not yet released.
CREATE TABLE orders (
    shop_id       bigint NOT NULL,
    seq           bigint NOT NULL,
    id            text COLLATE "C" NOT NULL,
    created       bigint NOT NULL,
    state         smallint NOT NULL,
    open          smallint NOT NULL,
    owner         bigint NOT NULL,
    order_key     bytea,
    table_id      bigint,
    business_date text COLLATE "C" NOT NULL,
    number        text COLLATE "C" NOT NULL,
    version       bigint NOT NULL,
    fact          bigint NOT NULL,
    doc           bytea STORAGE EXTERNAL NOT NULL,
    backing       bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (shop_id, seq)
);
CREATE UNIQUE INDEX orders_id ON orders (shop_id, id);
CREATE INDEX orders_created ON orders (shop_id, created, seq) INCLUDE (state);
CREATE INDEX orders_state ON orders (shop_id, state, created, seq);
CREATE INDEX orders_open ON orders (shop_id, seq) WHERE open = 1;
CREATE UNIQUE INDEX orders_key ON orders (shop_id, owner, order_key) WHERE order_key IS NOT NULL AND state <> 3;
CREATE INDEX orders_table ON orders (shop_id, table_id, created) WHERE table_id IS NOT NULL;
CREATE INDEX orders_day ON orders (shop_id, business_date, number);

-- Which order holds a payment, and the keys its recorders gave.
CREATE TABLE payments (
    shop_id     bigint NOT NULL,
    id          text COLLATE "C" NOT NULL,
    order_seq   bigint NOT NULL,
    owner       bigint NOT NULL,
    payment_key bytea NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE UNIQUE INDEX payments_key ON payments (shop_id, owner, payment_key);

-- One row per ticket, numbered in the order of creation and id; written again on bump and recall.
CREATE TABLE tickets (
    shop_id  bigint NOT NULL,
    seq      bigint NOT NULL,
    id       text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    state    smallint NOT NULL,
    created  bigint NOT NULL,
    doc      bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (shop_id, seq)
);
CREATE UNIQUE INDEX tickets_id ON tickets (shop_id, id);
CREATE INDEX tickets_order ON tickets (shop_id, order_id);
CREATE INDEX tickets_created ON tickets (shop_id, created, seq) INCLUDE (state);
CREATE INDEX tickets_open ON tickets (shop_id, created, seq) WHERE state = 0;

-- Small documents of the shop. id is JSON, so that 1 and "1" differ.
-- fact: journal row that holds this very document, NULL when it is no fact of the trade.
CREATE TABLE documents (
    shop_id bigint NOT NULL,
    kind    text COLLATE "C" NOT NULL,
    id      text COLLATE "C" NOT NULL,
    fact    bigint,
    doc     bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (shop_id, kind, id)
);

-- Running numbers, never reused.
CREATE TABLE counters (
    shop_id bigint NOT NULL,
    name    text COLLATE "C" NOT NULL,
    value   bigint NOT NULL,
    PRIMARY KEY (shop_id, name)
);

-- How many orders (kind 0) and tickets (kind 1) of each state were created from `start` on, until the next
-- slot: at most one UTC day, at most some thousands. They let any page be found without counting rows.
CREATE TABLE slots (
    shop_id bigint NOT NULL,
    kind    smallint NOT NULL,
    start   bigint NOT NULL,
    s0      bigint NOT NULL,
    s1      bigint NOT NULL,
    s2      bigint NOT NULL,
    s3      bigint NOT NULL,
    PRIMARY KEY (shop_id, kind, start)
) WITH (fillfactor = 70);

-- Personal data, beside the journal so that erasing it breaks no hash.
CREATE TABLE personal (
    shop_id bigint NOT NULL,
    subject bytea NOT NULL,
    doc     bytea NOT NULL,
    PRIMARY KEY (shop_id, subject)
);

-- Plugins' own texts; area `secret` is encrypted with DIR/secret.key.
CREATE TABLE plugin_values (
    shop_id bigint NOT NULL,
    owner   bytea NOT NULL,
    area    text NOT NULL,
    key     bytea NOT NULL,
    value   bytea NOT NULL,
    PRIMARY KEY (shop_id, owner, area, key)
);

-- What was answered to a command id. fact, order_id: the reply holds that version of that order, and
-- `reply` only what stands around it; otherwise `reply` is the whole of it.
CREATE TABLE commands (
    shop_id    bigint NOT NULL,
    seq        bigint NOT NULL,
    owner      bigint NOT NULL,
    command_id bytea NOT NULL,
    at         bigint NOT NULL,
    body       bytea NOT NULL,
    order_id   text COLLATE "C",
    fact       bigint,
    reply      bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (shop_id, seq)
);
CREATE UNIQUE INDEX commands_id ON commands (shop_id, owner, command_id);

-- Every change of the shop, numbered. state: what the fact made of orders, tickets and documents.
CREATE TABLE journal (
    shop_id bigint NOT NULL,
    seq     bigint NOT NULL,
    at      bigint NOT NULL,
    name    text COLLATE "C" NOT NULL,
    subject bytea NOT NULL,
    actor   bigint NOT NULL,
    command bytea,
    data    bytea NOT NULL,
    state   bytea STORAGE EXTERNAL,
    PRIMARY KEY (shop_id, seq)
);

-- Which facts tell of an order (journal.py, `orders_named`), so that its history is read without the journal's
-- other rows.
CREATE TABLE order_facts (
    shop_id   bigint NOT NULL,
    order_seq bigint NOT NULL,
    fact      bigint NOT NULL,
    PRIMARY KEY (shop_id, order_seq, fact)
);

-- One row per commit that recorded facts: hash = SHA-256 of the previous hash and the commit's journal rows.
CREATE TABLE commits (
    shop_id  bigint NOT NULL,
    last_seq bigint NOT NULL,
    at       bigint NOT NULL,
    hash     bytea NOT NULL,
    PRIMARY KEY (shop_id, last_seq)
);

-- What each of the newest commits changed (changes.py), for the other processes that hold this shop in memory, and by
-- which batch, for the one whose connection was lost while it committed. Old ones are pruned.
CREATE TABLE changes (
    shop_id bigint NOT NULL,
    commit  bigint NOT NULL,
    batch   bytea NOT NULL,
    body    bytea NOT NULL,
    PRIMARY KEY (shop_id, commit)
);
