-- A hub's tables, version 1. Every key begins with the shop, so that they can be spread over several machines.

-- How far each shop's copy is. last_seq: every fact up to here is in `journal`, and nothing after it.
-- settings: the shop's settings as of last_seq.  hash, hash_seq: of the last commit whose end is here.
-- newest, heard: what the shop said last, and when.  trouble: why nothing more is taken from it, NULL when all is well.
-- asked_after, asked_at: the last wish to be sent facts again.
CREATE TABLE shops (
    shop        text PRIMARY KEY,
    last_seq    bigint NOT NULL DEFAULT 0,
    hash        bytea,
    hash_seq    bigint NOT NULL DEFAULT 0,
    settings    json NOT NULL,
    founding    json NOT NULL,
    dictionary  bytea NOT NULL,
    newest      bigint NOT NULL DEFAULT 0,
    heard       timestamptz,
    trouble     text,
    asked_after bigint,
    asked_at    timestamptz
);

-- A shop's journal, byte for byte. data, state: as the shop has them; withheld: something of `state` stayed in the shop.
CREATE TABLE journal (
    shop     text NOT NULL,
    seq      bigint NOT NULL,
    at       timestamptz NOT NULL,
    name     text NOT NULL,
    subject  text NOT NULL,
    caller   text NOT NULL,
    kind     text NOT NULL,
    device   text,
    staff    text,
    command  text,
    data     json NOT NULL,
    state    bytea,
    withheld boolean NOT NULL,
    PRIMARY KEY (shop, seq)
);

-- Where a shop's commits end. verified: the hub made the same hash of what it holds; otherwise part of it was withheld.
CREATE TABLE commits (
    shop     text NOT NULL,
    last_seq bigint NOT NULL,
    at       timestamptz NOT NULL,
    hash     bytea NOT NULL,
    verified boolean NOT NULL,
    PRIMARY KEY (shop, last_seq)
);

-- Orders as plugins see them. fact: the fact that holds the newest change.  books: what of it is in `totals`.
CREATE TABLE orders (
    shop    text NOT NULL,
    id      text NOT NULL,
    fact    bigint NOT NULL,
    created timestamptz NOT NULL,
    day     date NOT NULL,
    state   text NOT NULL,
    books   bytea NOT NULL,
    doc     json NOT NULL,
    PRIMARY KEY (shop, id)
);
CREATE INDEX orders_day ON orders (shop, day, created);

-- Sales and tenders by trading day (RPT-2). kind: sales, category, item, hour, tender; key: which of them.
-- quantity: orders, thousandths of items, payments.  amount, vat: won.
CREATE TABLE totals (
    shop     text NOT NULL,
    day      date NOT NULL,
    kind     text NOT NULL,
    key      text NOT NULL,
    quantity bigint NOT NULL,
    amount   bigint NOT NULL,
    vat      bigint NOT NULL,
    PRIMARY KEY (shop, day, kind, key)
);

-- Reports of all shops.
CREATE INDEX totals_day ON totals (day, kind);

-- What became of menus the hub sent.
CREATE TABLE menus (
    shop    text NOT NULL,
    menu    text NOT NULL,
    name    text NOT NULL,
    sent    timestamptz NOT NULL,
    added   integer,
    changed integer,
    refused text,
    taken   timestamptz,
    PRIMARY KEY (shop, menu)
);

CREATE TABLE version (version integer NOT NULL);
