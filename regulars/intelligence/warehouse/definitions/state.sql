-- grain: one customer who ever bought or returned, with sums over all time; days are 0 while purchases is 0
-- inputs: orders, returns
-- owner: intelligence
WITH trade AS (
    SELECT customer_id, day, goods, amount, cost, lines, 1 AS is_order
    FROM orders WHERE day <= :today AND currency = :currency AND customer_id IS NOT NULL
    UNION ALL
    SELECT customer_id, day, goods, amount, cost, 0, 0
    FROM returns WHERE day <= :today AND currency = :currency AND customer_id IS NOT NULL
), sums AS (
    SELECT customer_id, CAST(sum(is_order) AS BIGINT) AS orders, CAST(sum(1 - is_order) AS BIGINT) AS returns,
        CAST(sum(lines) AS BIGINT) AS lines, CAST(sum(goods) AS BIGINT) AS goods, CAST(sum(amount) AS BIGINT) AS revenue,
        CAST(sum(CASE WHEN is_order = 0 THEN amount ELSE 0 END) AS BIGINT) AS returned,
        CAST(sum(CASE WHEN cost IS NULL THEN 0 ELSE goods - cost END) AS BIGINT) AS margin,
        CAST(sum(CASE WHEN cost IS NULL THEN goods ELSE 0 END) AS BIGINT) AS uncosted,
        CAST(min(day) AS BIGINT) AS first_trade_day, CAST(max(day) AS BIGINT) AS last_trade_day
    FROM trade GROUP BY customer_id
), occasions AS (
    SELECT DISTINCT customer_id, day FROM orders
    WHERE day <= :today AND currency = :currency AND customer_id IS NOT NULL AND goods > 0
), spaced AS (
    SELECT customer_id, day, CAST(day AS BIGINT) - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap,
        min(day) OVER (PARTITION BY customer_id) AS first_day
    FROM occasions
), rhythm AS (
    SELECT customer_id, count(*) AS purchases, CAST(min(day) AS BIGINT) AS first_day, CAST(max(day) AS BIGINT) AS last_day,
        CAST(coalesce(sum(gap * gap), 0) AS BIGINT) AS gap_squares,
        bit_or(month_bit(least(month_of(day) - month_of(first_day), 62))) AS months
    FROM spaced GROUP BY customer_id
)
SELECT s.customer_id, coalesce(r.purchases, 0) AS purchases, coalesce(r.first_day, 0) AS first_day,
    coalesce(r.last_day, 0) AS last_day, coalesce(r.gap_squares, 0) AS gap_squares, coalesce(r.months, 0) AS months,
    s.orders, s.returns, s.lines, s.goods, s.revenue, s.returned, s.margin, s.uncosted, s.first_trade_day, s.last_trade_day
FROM sums s LEFT JOIN rhythm r ON r.customer_id = s.customer_id
ORDER BY s.customer_id
