-- name: enrol
-- A process begins; its id was never used before.
INSERT INTO jumak_processes (process, address, expires)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3::double precision));

-- name: renew
-- No row comes back once it was too late: others may have taken its shops.
UPDATE jumak_processes SET expires = clock_timestamp() + make_interval(secs => $2::double precision)
WHERE process = $1 AND expires > clock_timestamp() RETURNING process;

-- name: leave
DELETE FROM jumak_processes WHERE process = $1;

-- name: address
-- Of a process that is alive.
SELECT address FROM jumak_processes WHERE process = $1 AND expires > clock_timestamp();

-- name: orphans
-- Of these shops those whose process is gone: the one statement that looks at the placements of several shops.
SELECT p.shop_id FROM placements AS p LEFT JOIN jumak_processes AS q
ON q.process = p.process AND q.expires > clock_timestamp()
WHERE p.shop_id = ANY($1::bigint[]) AND q.process IS NULL ORDER BY random() LIMIT $2;

-- name: forget
-- Those that ended without leaving, a day ago.
DELETE FROM jumak_processes WHERE expires < clock_timestamp() - interval '1 day';
