-- name: add_shop
INSERT INTO shops (shop, settings, founding, dictionary) VALUES ($1, $2, $2, $3) ON CONFLICT (shop) DO NOTHING;

-- name: take_shops
-- In one order everywhere, so that two processes wait for each other and never for ever.
SELECT shop, last_seq, hash, hash_seq, settings, dictionary, trouble
FROM shops WHERE shop = ANY($1::text[]) ORDER BY shop FOR UPDATE;

-- name: advance_shops
UPDATE shops AS s SET last_seq = n.last_seq, hash = n.hash, hash_seq = n.hash_seq, settings = n.settings,
    newest = greatest(s.newest, n.newest), heard = now(), trouble = n.trouble
FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::json[], $6::bigint[], $7::text[])
    AS n (shop, last_seq, hash, hash_seq, settings, newest, trouble)
WHERE s.shop = n.shop;

-- name: heard
UPDATE shops SET newest = greatest(newest, $2), heard = now() WHERE shop = $1 RETURNING last_seq, trouble;

-- name: ask
-- Once in a while for the same thing; nothing is returned when it was asked for just now.
UPDATE shops SET asked_after = last_seq, asked_at = now()
WHERE shop = $1 AND trouble IS NULL
    AND (asked_after IS DISTINCT FROM last_seq OR asked_at < now() - make_interval(secs => $2))
RETURNING last_seq;

-- name: orders
SELECT o.shop, o.id, o.fact, o.created, o.day, o.state, o.books, o.doc
FROM unnest($1::text[], $2::text[]) AS n (shop, id) JOIN orders AS o ON o.shop = n.shop AND o.id = n.id;

-- name: put_orders
INSERT INTO orders (shop, id, fact, created, day, state, books, doc)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::date[], $6::text[], $7::bytea[],
    $8::json[])
ON CONFLICT (shop, id) DO UPDATE SET fact = excluded.fact, state = excluded.state, books = excluded.books,
    doc = excluded.doc;

-- name: put_totals
INSERT INTO totals AS t (shop, day, kind, key, quantity, amount, vat)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
ON CONFLICT (shop, day, kind, key) DO UPDATE SET quantity = t.quantity + excluded.quantity,
    amount = t.amount + excluded.amount, vat = t.vat + excluded.vat;

-- name: begun_commit
-- Facts of a commit whose end was not here yet.
SELECT seq, at, name, subject, caller, kind, device, staff, command, data, state, withheld
FROM journal WHERE shop = $1 AND seq > $2 AND seq <= $3 ORDER BY seq;

-- name: known_hashes
SELECT last_seq, hash FROM commits WHERE shop = $1 AND last_seq = ANY($2::bigint[]);

-- name: forget
-- Of a shop, so that it can be filled again from the start.
UPDATE shops SET last_seq = 0, hash = NULL, hash_seq = 0, settings = founding, trouble = NULL, asked_after = NULL,
    asked_at = NULL
WHERE shop = $1 RETURNING shop;

-- name: stop
-- Nothing more is taken from this shop until somebody has looked.
UPDATE shops SET trouble = $2 WHERE shop = $1;

-- name: send_menu
INSERT INTO menus (shop, menu, name, sent) SELECT n.shop, $2, $3, now() FROM unnest($1::text[]) AS n (shop)
ON CONFLICT (shop, menu) DO NOTHING;

-- name: menu_result
UPDATE menus SET added = $3, changed = $4, refused = nullif($5, ''), taken = now() WHERE shop = $1 AND menu = $2;

-- name: report_shops
SELECT shop, last_seq, newest, heard, trouble FROM shops ORDER BY shop;

-- name: report_sales
SELECT shop, day, quantity, amount, vat FROM totals
WHERE kind = 'sales' AND day BETWEEN $1 AND $2 AND ($3::text[] IS NULL OR shop = ANY($3)) ORDER BY day, shop;

-- name: newest_day
SELECT max(day) FROM totals;

-- name: report_sums
-- Of one kind, biggest first: over all shops, how many shops, what.
SELECT key, count(DISTINCT shop) AS shops, sum(quantity)::bigint AS quantity, sum(amount)::bigint AS amount
FROM totals WHERE kind = $4 AND day BETWEEN $1 AND $2 AND ($3::text[] IS NULL OR shop = ANY($3))
GROUP BY key ORDER BY amount DESC, key LIMIT $5;

-- name: report_menus
-- The newest menu of each shop.
SELECT DISTINCT ON (shop) shop, menu, name, sent, added, changed, refused, taken FROM menus ORDER BY shop, sent DESC;

-- name: known_shops
SELECT shop FROM shops ORDER BY shop;

-- name: resume
UPDATE shops SET trouble = NULL, asked_after = NULL, asked_at = NULL WHERE shop = $1 RETURNING shop;

-- name: standing
SELECT coalesce(sum(greatest(newest - last_seq, 0)), 0)::bigint AS behind, count(*) FILTER (WHERE trouble IS NULL) AS taking,
    count(*) FILTER (WHERE trouble IS NOT NULL) AS stopped
FROM shops;
