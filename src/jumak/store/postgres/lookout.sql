-- name: heads
-- Where each of these shops stands, all that a process has open at once.
SELECT shop_id, commit, fence FROM heads WHERE shop_id = ANY($1::bigint[]);
