-- grain: one party that is courted or ever bought: its sums over all time, the last 12 months and the 12 before
-- inputs: parties, state, purchase, orders, returns, contacts, complaints
-- owner: intelligence
WITH money AS (
    SELECT customer_id, day, amount, goods - cost AS margin, 1 AS is_order
    FROM orders WHERE day <= :today AND day > :today - 730 AND currency = :currency AND customer_id IS NOT NULL
    UNION ALL
    SELECT customer_id, day, amount, CASE WHEN CAST(:margin_rate AS DOUBLE) IS NULL THEN NULL
        ELSE goods - coalesce(cost, CAST(round(goods * (1 - CAST(:margin_rate AS DOUBLE))) AS BIGINT)) END, 0
    FROM returns WHERE day <= :today AND day > :today - 730 AND currency = :currency AND customer_id IS NOT NULL
), sums AS (
    SELECT customer_id,
        CAST(sum(is_order) FILTER (WHERE day > :today - 365) AS BIGINT) AS orders_12m,
        CAST(sum(is_order) AS BIGINT) AS orders_24m,
        CAST(sum(amount) FILTER (WHERE day > :today - 365) AS BIGINT) AS revenue_12m,
        CAST(sum(amount) FILTER (WHERE day <= :today - 365) AS BIGINT) AS revenue_prior_12m,
        CAST(sum(margin) FILTER (WHERE day > :today - 365) AS BIGINT) AS margin_12m,
        CAST(sum(margin) AS BIGINT) AS margin_24m, CAST(sum(amount) AS BIGINT) AS revenue_24m
    FROM money GROUP BY customer_id
), usual AS (
    SELECT p.customer_id, CAST(sum(p.goods) AS BIGINT) AS usual_goods, count(*) AS usual_purchases
    FROM purchase p JOIN state b ON b.customer_id = p.customer_id WHERE p.day > b.last_day - 365 GROUP BY p.customer_id
), touched AS (
    SELECT customer_id, min(day) AS first_contact_day, max(day) AS last_contact_day,
           count(*) FILTER (WHERE day > :today - 365) AS contacts_12m,
           count(*) FILTER (WHERE day > :today - 730) AS contacts_24m
    FROM contacts WHERE day <= :today GROUP BY customer_id
), complained AS (
    SELECT customer_id, count(*) FILTER (WHERE settled_day IS NULL OR settled_day > :today) AS open_complaints,
           min(day) FILTER (WHERE settled_day IS NULL OR settled_day > :today) AS complaint_day
    FROM complaints WHERE day <= :today GROUP BY customer_id
)
SELECT p.party_id AS customer_id, p.kind, p.day AS created_day, coalesce(b.purchases, 0) AS purchases,
       CASE WHEN b.purchases > 0 THEN CAST(b.first_day AS INT) END AS first_day,
       CASE WHEN b.purchases > 0 THEN CAST(b.last_day AS INT) END AS last_day,
       coalesce(b.orders, 0) AS orders, coalesce(b.returns, 0) AS returns, coalesce(b.revenue, 0) AS revenue,
       coalesce(b.returned, 0) AS returned, coalesce(s.orders_12m, 0) AS orders_12m,
       coalesce(s.orders_24m, 0) AS orders_24m,
       coalesce(s.revenue_12m, 0) AS revenue_12m, coalesce(s.revenue_prior_12m, 0) AS revenue_prior_12m,
       coalesce(s.revenue_24m, 0) AS revenue_24m, s.margin_12m, s.margin_24m,
       coalesce(u.usual_goods, 0) AS usual_goods, coalesce(u.usual_purchases, 0) AS usual_purchases,
       t.first_contact_day, t.last_contact_day, coalesce(t.contacts_12m, 0) AS contacts_12m, coalesce(t.contacts_24m, 0) AS contacts_24m,
       coalesce(c.open_complaints, 0) AS open_complaints, c.complaint_day, CAST(b.first_trade_day AS INT) AS first_trade_day
FROM parties p
LEFT JOIN state b ON b.customer_id = p.party_id
LEFT JOIN sums s ON s.customer_id = p.party_id
LEFT JOIN usual u ON u.customer_id = p.party_id
LEFT JOIN touched t ON t.customer_id = p.party_id
LEFT JOIN complained c ON c.customer_id = p.party_id
WHERE p.courted = 1 OR b.customer_id IS NOT NULL
ORDER BY p.party_id
