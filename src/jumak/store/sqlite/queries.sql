-- name: order_row
-- One order by its public id.
SELECT seq, fact, doc, backing FROM orders WHERE id = ?;

-- name: order_by_seq
SELECT seq, fact, doc, backing FROM orders WHERE seq = ?;

-- name: open_orders
-- Every order not yet released, read once when the shop opens.
SELECT seq, fact, doc, backing FROM orders WHERE open = 1 ORDER BY seq;

-- name: order_id_by_key
-- NUM-2: among orders that are not CANCELLED.
SELECT id FROM orders WHERE order_key = ? AND owner = ? AND order_key IS NOT NULL AND state <> 3;

-- name: insert_order
INSERT INTO orders (seq, id, created, state, open, owner, order_key, table_id, business_date, number, version,
    fact, doc, backing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update_order
UPDATE orders SET state = ?, open = ?, table_id = ?, number = ?, version = ?, fact = ?, doc = ?, backing = ?
WHERE seq = ?;

-- name: update_backing
-- Nothing that plugins see has changed.
UPDATE orders SET open = ?, backing = ? WHERE seq = ?;

-- name: last_order
SELECT max(seq), (SELECT max(id) FROM orders), (SELECT max(created) FROM orders) FROM orders;

-- name: count_orders_between
SELECT count(*) FROM orders WHERE created >= ? AND created < ?;

-- name: count_orders_between_in_state
SELECT count(*) FROM orders WHERE created >= ? AND created < ? AND state = ?;

-- name: payment_row
SELECT order_seq FROM payments WHERE id = ?;

-- name: payment_by_key
SELECT id, order_seq FROM payments WHERE owner = ? AND payment_key = ?;

-- name: insert_payment
INSERT INTO payments (id, order_seq, owner, payment_key) VALUES (?, ?, ?, ?);

-- name: ticket_row
SELECT doc FROM tickets WHERE id = ?;

-- name: open_tickets
SELECT doc FROM tickets WHERE state = 0 ORDER BY created, seq;

-- name: tickets_of_order
SELECT doc FROM tickets WHERE order_id = ? ORDER BY created, seq;

-- name: insert_ticket
INSERT INTO tickets (seq, id, order_id, state, created, doc) VALUES (?, ?, ?, ?, ?, ?);

-- name: update_ticket
UPDATE tickets SET order_id = ?, state = ?, doc = ? WHERE id = ?;

-- name: last_ticket
SELECT max(seq), (SELECT max(id) FROM tickets), (SELECT max(created) FROM tickets) FROM tickets;

-- name: documents
SELECT doc FROM documents WHERE kind = ?;

-- name: put_document
INSERT INTO documents (kind, id, fact, doc) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET fact = excluded.fact, doc = excluded.doc;

-- name: drop_document
DELETE FROM documents WHERE kind = ? AND id = ?;

-- name: counters
SELECT name, value FROM counters;

-- name: counter
SELECT value FROM counters WHERE name = ?;

-- name: put_counter
INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: slots
SELECT start, s0, s1, s2, s3 FROM slots WHERE kind = ? ORDER BY start;

-- name: put_slot
INSERT INTO slots (kind, start, s0, s1, s2, s3) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, start) DO UPDATE SET s0 = excluded.s0, s1 = excluded.s1, s2 = excluded.s2, s3 = excluded.s3;

-- name: personal
SELECT doc FROM personal WHERE subject = ?;

-- name: put_personal
INSERT INTO personal (subject, doc) VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET doc = excluded.doc;

-- name: erase_personal
DELETE FROM personal WHERE subject = ?;

-- name: plugin_value
SELECT value FROM plugin_values WHERE owner = ? AND area = ? AND key = ?;

-- name: plugin_value_sizes
SELECT area, key, length(CAST(key AS BLOB)) + length(value) FROM plugin_values WHERE owner = ?;

-- name: put_plugin_value
INSERT INTO plugin_values (owner, area, key, value) VALUES (?, ?, ?, ?)
ON CONFLICT (owner, area, key) DO UPDATE SET value = excluded.value;

-- name: drop_plugin_value
DELETE FROM plugin_values WHERE owner = ? AND area = ? AND key = ?;

-- name: shop_value
SELECT value FROM shop WHERE name = ?;

-- name: put_shop_value
INSERT INTO shop (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: owners
SELECT id, owner FROM owners;

-- name: insert_owner
INSERT INTO owners (id, owner) VALUES (?, ?);

-- name: actors
SELECT id, caller, kind, device, staff FROM actors;

-- name: insert_actor
INSERT INTO actors (id, caller, kind, device, staff) VALUES (?, ?, ?, ?, ?);

-- name: command_row
SELECT body, order_id, fact, reply FROM commands WHERE owner = ? AND command_id = ?;

-- name: insert_command
INSERT INTO commands (seq, owner, command_id, at, body, order_id, fact, reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: last_command
SELECT max(seq) FROM commands;

-- name: prune_commands
-- The oldest ones only, a few at a time.
DELETE FROM commands WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM commands ORDER BY seq LIMIT ?) WHERE at < ?);

-- name: insert_fact
INSERT INTO journal (seq, at, name, subject, actor, command, data, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: facts_after
SELECT seq, at, name, subject, actor, command, data FROM journal WHERE seq > ? ORDER BY seq LIMIT ?;

-- name: fact_state
SELECT at, subject, state FROM journal WHERE seq = ?;

-- name: insert_order_fact
INSERT INTO order_facts (order_seq, fact) VALUES (?, ?);

-- name: order_fact_of
-- No row: there is no such order.  NULL: the fact is not found under it.
SELECT f.fact FROM orders AS o LEFT JOIN order_facts AS f ON f.order_seq = o.seq AND f.fact = ? WHERE o.id = ?;

-- name: facts_of_order
-- The newest first.
SELECT j.seq, j.at, j.name, j.subject, j.actor, j.command, j.data, j.state
FROM order_facts AS o JOIN journal AS j ON j.seq = o.fact
WHERE o.order_seq = ? AND o.fact < ? ORDER BY o.fact DESC LIMIT ?;

-- name: last_fact
SELECT max(seq) FROM journal;

-- name: insert_commit
INSERT INTO commits (last_seq, at, hash) VALUES (?, ?, ?);

-- name: last_commit
SELECT last_seq, hash FROM commits ORDER BY last_seq DESC LIMIT 1;

-- name: whole_facts_after
-- With whoever caused them and what they made of things.
SELECT j.seq, j.at, j.name, j.subject, a.caller, a.kind, a.device, a.staff, j.command, j.data, j.state
FROM journal AS j JOIN actors AS a ON a.id = j.actor WHERE j.seq > ? ORDER BY j.seq LIMIT ?;

-- name: commits_between
-- Those that end after one fact and not after another.
SELECT last_seq, at, hash FROM commits WHERE last_seq > ? AND last_seq <= ? ORDER BY last_seq;

-- name: commit_at
SELECT hash FROM commits WHERE last_seq = ?;
