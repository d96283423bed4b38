-- grain: one customer and day on which goods were bought: the occasion, whatever the number of orders that day
-- inputs: orders, parties
-- owner: intelligence
SELECT o.customer_id, o.day, CAST(sum(o.goods) AS BIGINT) AS goods, CAST(sum(o.amount) AS BIGINT) AS amount,
       count(*) AS orders, CAST(sum(o.lines) AS BIGINT) AS lines, max(o.ordered_at) AS at
FROM orders o JOIN parties p ON p.party_id = o.customer_id
WHERE o.day <= :today AND o.currency = :currency AND o.goods > 0
GROUP BY o.customer_id, o.day
