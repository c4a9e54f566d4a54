-- name: head
SELECT commit, seq, hash FROM heads WHERE shop_id = $1;

-- name: lock_head
-- Whoever holds this row is the shop's only writer until the end of the transaction.
SELECT commit, fence, hash FROM heads WHERE shop_id = $1 FOR UPDATE;

-- name: move_head
-- No row comes back when somebody else has committed since commit $2, or runs the shop since fence $5; without a fence
-- whoever runs it does not matter. Nor when the shop was put back and has come to commit $2 another way: hash $6.
UPDATE heads SET commit = commit + 1, seq = $3, hash = $4
WHERE shop_id = $1 AND commit = $2 AND hash = $6 AND ($5::bigint IS NULL OR fence = $5) RETURNING commit;

-- name: settle_head
-- After `move_head` in the same transaction.
UPDATE heads SET seq = $2, hash = $3 WHERE shop_id = $1;

-- name: head_and_fence
SELECT commit, fence, hash FROM heads WHERE shop_id = $1;

-- name: raise_fence
UPDATE heads SET fence = fence + 1 WHERE shop_id = $1 RETURNING fence;

-- name: placement
SELECT process FROM placements WHERE shop_id = $1;

-- name: put_placement
INSERT INTO placements (shop_id, process) VALUES ($1, $2)
ON CONFLICT (shop_id) DO UPDATE SET process = excluded.process;

-- name: leave_placement
-- The shop waits for another process.
UPDATE placements SET process = NULL WHERE shop_id = $1 AND process = $2;

-- name: drop_placement
-- Nobody need run the shop until somebody asks for it.
DELETE FROM placements WHERE shop_id = $1 AND process = $2;

-- name: found_shop
INSERT INTO heads (shop_id, commit, seq, hash) VALUES ($1, 0, 0, $2) ON CONFLICT (shop_id) DO NOTHING RETURNING shop_id;

-- name: shop_value
SELECT value FROM shop_values WHERE shop_id = $1 AND name = $2;

-- name: put_shop_value
INSERT INTO shop_values (shop_id, name, value) VALUES ($1, $2, $3)
ON CONFLICT (shop_id, name) DO UPDATE SET value = excluded.value;

-- name: drop_shop_values
DELETE FROM shop_values WHERE shop_id = $1 AND name = ANY($2::text[]);

-- name: order_row
-- One order by its public id.
SELECT seq, fact, doc, backing FROM orders WHERE shop_id = $1 AND id = $2;

-- name: order_rows
-- `order_row` for a column of ids; OFFSET 0 keeps each a look-up of its own, which an index answers.
SELECT n.place, found.* FROM unnest($2::text[]) WITH ORDINALITY AS n (id, place) CROSS JOIN LATERAL (
    SELECT seq, fact, doc, backing FROM orders WHERE shop_id = $1 AND id = n.id OFFSET 0) AS found;

-- name: order_by_seq
SELECT seq, fact, doc, backing FROM orders WHERE shop_id = $1 AND seq = $2;

-- name: orders_by_id
SELECT seq, fact, doc, backing FROM orders WHERE shop_id = $1 AND id = ANY($2::text[]) ORDER BY seq;

-- name: open_orders
-- Every order not yet released, read once when the shop opens.
SELECT seq, fact, doc, backing FROM orders WHERE shop_id = $1 AND open = 1 ORDER BY seq;

-- name: order_id_by_key
-- NUM-2: among orders that are not CANCELLED.
SELECT id FROM orders WHERE shop_id = $1 AND owner = $2 AND order_key = $3 AND order_key IS NOT NULL AND state <> 3;

-- name: order_ids_by_key
-- `order_id_by_key` for columns of owners and keys.
SELECT n.place, found.* FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS n (owner, order_key, place)
CROSS JOIN LATERAL (SELECT id FROM orders WHERE shop_id = $1 AND owner = n.owner AND order_key = n.order_key
    AND order_key IS NOT NULL AND state <> 3 OFFSET 0) AS found;

-- name: insert_orders
INSERT INTO orders (shop_id, seq, id, created, state, open, owner, order_key, table_id, business_date, number, version,
    fact, doc, backing)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::smallint[], $6::smallint[], $7::bigint[],
    $8::bytea[], $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bytea[], $15::bytea[]);

-- name: update_orders
UPDATE orders AS o SET state = n.state, open = n.open, table_id = n.table_id, number = n.number, version = n.version,
    fact = n.fact, doc = n.doc, backing = n.backing
FROM unnest($2::smallint[], $3::smallint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bytea[],
    $9::bytea[], $10::bigint[]) AS n (state, open, table_id, number, version, fact, doc, backing, seq)
WHERE o.shop_id = $1 AND o.seq = n.seq;

-- name: update_backings
-- Nothing that plugins see has changed.
UPDATE orders AS o SET open = n.open, backing = n.backing
FROM unnest($2::smallint[], $3::bytea[], $4::bigint[]) AS n (open, backing, seq)
WHERE o.shop_id = $1 AND o.seq = n.seq;

-- name: last_order
SELECT (SELECT max(seq) FROM orders WHERE shop_id = $1), (SELECT max(id) FROM orders WHERE shop_id = $1),
    (SELECT max(created) FROM orders WHERE shop_id = $1);

-- name: count_orders_between
SELECT count(*) FROM orders WHERE shop_id = $1 AND created >= $2 AND created < $3 AND seq <= $4;

-- name: count_orders_between_in_state
SELECT count(*) FROM orders WHERE shop_id = $1 AND state = $5 AND created >= $2 AND created < $3 AND seq <= $4;

-- name: payment_row
SELECT order_seq FROM payments WHERE shop_id = $1 AND id = $2;

-- name: payment_by_key
SELECT id, order_seq FROM payments WHERE shop_id = $1 AND owner = $2 AND payment_key = $3;

-- name: payments_by_key
-- `payment_by_key` for columns of owners and keys.
SELECT n.place, found.* FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS n (owner, payment_key, place)
CROSS JOIN LATERAL (SELECT id, order_seq FROM payments WHERE shop_id = $1 AND owner = n.owner
    AND payment_key = n.payment_key OFFSET 0) AS found;

-- name: insert_payments
INSERT INTO payments (shop_id, id, order_seq, owner, payment_key)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bytea[]);

-- name: ticket_row
SELECT doc FROM tickets WHERE shop_id = $1 AND id = $2;

-- name: tickets_by_id
SELECT doc FROM tickets WHERE shop_id = $1 AND id = ANY($2::text[]);

-- name: open_tickets
SELECT doc FROM tickets WHERE shop_id = $1 AND state = 0 ORDER BY created, seq;

-- name: tickets_of_order
SELECT doc FROM tickets WHERE shop_id = $1 AND order_id = $2 ORDER BY created, seq;

-- name: insert_tickets
INSERT INTO tickets (shop_id, seq, id, order_id, state, created, doc)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::bigint[], $7::bytea[]);

-- name: update_tickets
UPDATE tickets AS t SET order_id = n.order_id, state = n.state, doc = n.doc
FROM unnest($2::text[], $3::smallint[], $4::bytea[], $5::text[]) AS n (order_id, state, doc, id)
WHERE t.shop_id = $1 AND t.id = n.id;

-- name: last_ticket
SELECT (SELECT max(seq) FROM tickets WHERE shop_id = $1), (SELECT max(id) FROM tickets WHERE shop_id = $1),
    (SELECT max(created) FROM tickets WHERE shop_id = $1);

-- name: documents
SELECT kind, id, doc FROM documents WHERE shop_id = $1;

-- name: documents_by_id
SELECT d.kind, d.id, d.doc FROM unnest($2::text[], $3::text[]) AS n (kind, id)
JOIN documents AS d ON d.shop_id = $1 AND d.kind = n.kind AND d.id = n.id;

-- name: put_documents
INSERT INTO documents (shop_id, kind, id, fact, doc)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bytea[])
ON CONFLICT (shop_id, kind, id) DO UPDATE SET fact = excluded.fact, doc = excluded.doc;

-- name: drop_documents
DELETE FROM documents AS d USING unnest($2::text[], $3::text[]) AS n (kind, id)
WHERE d.shop_id = $1 AND d.kind = n.kind AND d.id = n.id;

-- name: counters
SELECT name, value FROM counters WHERE shop_id = $1;

-- name: put_counters
INSERT INTO counters (shop_id, name, value) SELECT $1, * FROM unnest($2::text[], $3::bigint[])
ON CONFLICT (shop_id, name) DO UPDATE SET value = excluded.value;

-- name: slots
SELECT start, s0, s1, s2, s3 FROM slots WHERE shop_id = $1 AND kind = $2 ORDER BY start;

-- name: put_slots
INSERT INTO slots (shop_id, kind, start, s0, s1, s2, s3)
SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
ON CONFLICT (shop_id, kind, start)
DO UPDATE SET s0 = excluded.s0, s1 = excluded.s1, s2 = excluded.s2, s3 = excluded.s3;

-- name: personal
SELECT doc FROM personal WHERE shop_id = $1 AND subject = $2;

-- name: put_personal
INSERT INTO personal (shop_id, subject, doc) SELECT $1, * FROM unnest($2::bytea[], $3::bytea[])
ON CONFLICT (shop_id, subject) DO UPDATE SET doc = excluded.doc;

-- name: erase_personal
DELETE FROM personal WHERE shop_id = $1 AND subject = ANY($2::bytea[]);

-- name: plugin_value
SELECT value FROM plugin_values WHERE shop_id = $1 AND owner = $2 AND area = $3 AND key = $4;

-- name: plugin_value_sizes
SELECT area, key, length(key) + length(value) FROM plugin_values WHERE shop_id = $1 AND owner = $2;

-- name: put_plugin_values
INSERT INTO plugin_values (shop_id, owner, area, key, value)
SELECT $1, * FROM unnest($2::bytea[], $3::text[], $4::bytea[], $5::bytea[])
ON CONFLICT (shop_id, owner, area, key) DO UPDATE SET value = excluded.value;

-- name: drop_plugin_values
DELETE FROM plugin_values AS v USING unnest($2::bytea[], $3::text[], $4::bytea[]) AS n (owner, area, key)
WHERE v.shop_id = $1 AND v.owner = n.owner AND v.area = n.area AND v.key = n.key;

-- name: owners
SELECT id, owner FROM owners WHERE shop_id = $1;

-- name: insert_owners
INSERT INTO owners (shop_id, id, owner) SELECT $1, * FROM unnest($2::bigint[], $3::bytea[]);

-- name: actors
SELECT id, actor FROM actors WHERE shop_id = $1;

-- name: insert_actors
INSERT INTO actors (shop_id, id, actor) SELECT $1, * FROM unnest($2::bigint[], $3::bytea[]);

-- name: command_row
SELECT body, order_id, fact, reply FROM commands WHERE shop_id = $1 AND owner = $2 AND command_id = $3;

-- name: command_rows
SELECT c.owner, c.command_id, c.body, c.order_id, c.fact, c.reply
FROM unnest($2::bigint[], $3::bytea[]) AS n (owner, command_id)
JOIN commands AS c ON c.shop_id = $1 AND c.owner = n.owner AND c.command_id = n.command_id;

-- name: insert_commands
INSERT INTO commands (shop_id, seq, owner, command_id, at, body, order_id, fact, reply)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bytea[], $7::text[], $8::bigint[],
    $9::bytea[]);

-- name: last_command
SELECT max(seq) FROM commands WHERE shop_id = $1;

-- name: prune_commands
-- The oldest ones only, a few at a time.
DELETE FROM commands WHERE shop_id = $1 AND at < $3 AND seq IN (
    SELECT seq FROM commands WHERE shop_id = $1 ORDER BY seq LIMIT $2);

-- name: insert_facts
INSERT INTO journal (shop_id, seq, at, name, subject, actor, command, data, state)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::bigint[], $7::bytea[], $8::bytea[],
    $9::bytea[]);

-- name: facts_after
SELECT seq, at, name, subject, actor, command, data FROM journal WHERE shop_id = $1 AND seq > $2
ORDER BY seq LIMIT $3;

-- name: facts_after_named
SELECT seq, at, name, subject, actor, command, data FROM journal
WHERE shop_id = $1 AND seq > $2 AND name = ANY($4::text[]) ORDER BY seq LIMIT $3;

-- name: insert_order_facts
INSERT INTO order_facts (shop_id, order_seq, fact) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[]);

-- name: facts_of_order
-- The newest first.
SELECT j.seq, j.at, j.name, j.subject, j.actor, j.command, j.data, j.state
FROM order_facts AS o JOIN journal AS j ON j.shop_id = $1 AND j.seq = o.fact
WHERE o.shop_id = $1 AND o.order_seq = $2 AND o.fact < $3 ORDER BY o.fact DESC LIMIT $4;

-- name: states_of_order
-- What facts made of it, for time travel.
SELECT j.seq, j.at, j.subject, j.state
FROM order_facts AS o JOIN journal AS j ON j.shop_id = $1 AND j.seq = o.fact
WHERE o.shop_id = $1 AND o.order_seq = $2 AND j.state IS NOT NULL;

-- name: fact_state
SELECT at, subject, state FROM journal WHERE shop_id = $1 AND seq = $2;

-- name: insert_commit
INSERT INTO commits (shop_id, last_seq, at, hash) VALUES ($1, $2, $3, $4);

-- name: insert_changes
INSERT INTO changes (shop_id, commit, batch, body) VALUES ($1, $2, $3, $4);

-- name: changes_after
SELECT commit, body FROM changes WHERE shop_id = $1 AND commit > $2 ORDER BY commit;

-- name: batch_of_commit
SELECT batch FROM changes WHERE shop_id = $1 AND commit = $2;

-- name: prune_changes
DELETE FROM changes WHERE shop_id = $1 AND commit < $2;

-- name: last_commit
SELECT last_seq, hash FROM commits WHERE shop_id = $1 ORDER BY last_seq DESC LIMIT 1;

-- name: last_fact
SELECT max(seq) FROM journal WHERE shop_id = $1;

-- name: whole_facts_after
-- With whoever caused them and what they made of things.
SELECT j.seq, j.at, j.name, j.subject, a.actor, j.command, j.data, j.state
FROM journal AS j JOIN actors AS a ON a.shop_id = $1 AND a.id = j.actor
WHERE j.shop_id = $1 AND j.seq > $2 ORDER BY j.seq LIMIT $3;

-- name: commits_between
-- Those that end after one fact and not after another.
SELECT last_seq, at, hash FROM commits WHERE shop_id = $1 AND last_seq > $2 AND last_seq <= $3 ORDER BY last_seq;

-- name: commit_at
SELECT hash FROM commits WHERE shop_id = $1 AND last_seq = $2;

-- name: newest_change
SELECT max(commit) FROM changes WHERE shop_id = $1;

-- name: all_commits
SELECT last_seq, at, hash FROM commits WHERE shop_id = $1 ORDER BY last_seq;

-- name: all_facts
SELECT seq, at, name, subject, actor, command, data, state FROM journal WHERE shop_id = $1 ORDER BY seq;

-- name: found_under
-- No row: there is no such order.
SELECT n.fact, n.order_id, f.fact IS NOT NULL FROM unnest($2::bigint[], $3::text[]) AS n (fact, order_id)
JOIN orders AS o ON o.shop_id = $1 AND o.id = n.order_id
LEFT JOIN order_facts AS f ON f.shop_id = $1 AND f.order_seq = o.seq AND f.fact = n.fact;

-- name: count_order_facts
SELECT count(*) FROM order_facts WHERE shop_id = $1;

-- name: all_orders
SELECT seq, id, created, state, open, owner, order_key, table_id, business_date, number, version, doc, backing
FROM orders WHERE shop_id = $1 ORDER BY seq;

-- name: states_of_orders
SELECT o.id, o.fact, j.seq, j.at, j.subject, j.state FROM orders AS o
JOIN order_facts AS f ON f.shop_id = $1 AND f.order_seq = o.seq
JOIN journal AS j ON j.shop_id = $1 AND j.seq = f.fact
WHERE o.shop_id = $1 AND o.id = ANY($2::text[]) AND j.state IS NOT NULL;

-- name: all_payments
SELECT id, order_seq, owner, payment_key FROM payments WHERE shop_id = $1;

-- name: all_tickets
SELECT id, order_id, state, created, doc FROM tickets WHERE shop_id = $1 ORDER BY seq;

-- name: fact_states
SELECT seq, state FROM journal WHERE shop_id = $1 AND seq = ANY($2::bigint[]);

-- name: all_documents
SELECT kind, id, fact, doc FROM documents WHERE shop_id = $1 ORDER BY kind, id;

-- name: count_lines
SELECT (SELECT count(*) FROM orders WHERE shop_id = $1) + (SELECT count(*) FROM tickets WHERE shop_id = $1)
    + (SELECT count(*) FROM journal WHERE shop_id = $1);

-- name: order_places
-- By the index alone: a page is found before any document is read. $4, $5: below this place.
SELECT created, seq FROM orders WHERE shop_id = $1 AND created >= $2 AND created < $3 AND (created, seq) < ($4, $5)
    AND state = ANY($6::smallint[]) AND ($7::text IS NULL OR number = $7)
ORDER BY created DESC, seq DESC LIMIT $8;

-- name: order_docs
SELECT seq, doc FROM orders WHERE shop_id = $1 AND seq = ANY($2::bigint[]);

-- name: documents_of_kinds
SELECT kind, doc FROM documents WHERE shop_id = $1 AND kind = ANY($2::text[]);

-- name: fact_at
SELECT at FROM journal WHERE shop_id = $1 AND seq = $2;

-- name: facts_between
SELECT seq, at, name, subject, data, state FROM journal WHERE shop_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq;

-- name: history_of_orders
-- What is told of these orders below fact $3.
SELECT DISTINCT j.seq, j.at, j.name, j.subject, j.data, j.state FROM orders AS o
JOIN order_facts AS f ON f.shop_id = $1 AND f.order_seq = o.seq AND f.fact < $3
JOIN journal AS j ON j.shop_id = $1 AND j.seq = f.fact
WHERE o.shop_id = $1 AND o.id = ANY($2::text[]) ORDER BY j.seq;
