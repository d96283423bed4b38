-- grain: one customer who ever traded; scores 1 to 5 by the share of customers strictly below, so equals score equally
-- inputs: state
-- owner: intelligence
WITH ranked AS (
    SELECT customer_id, purchases, last_day, first_day, gap_squares, revenue, count(*) OVER () AS everybody,
        rank() OVER (ORDER BY last_day) - 1 AS staler, rank() OVER (ORDER BY purchases) - 1 AS rarer,
        rank() OVER (ORDER BY revenue) - 1 AS poorer
    FROM state
)
SELECT customer_id, CAST(1 + whole(5 * staler, everybody) AS INT) AS recency_score,
    CAST(1 + whole(5 * rarer, everybody) AS INT) AS frequency_score,
    CAST(1 + whole(5 * poorer, everybody) AS INT) AS monetary_score,
    CASE WHEN purchases > 0 THEN :today - last_day END AS silent_days,
    CASE WHEN purchases > 1 THEN CAST(last_day - first_day AS DOUBLE) / (purchases - 1) END AS usual_days,
    CASE WHEN purchases > 2 THEN sqrt(greatest(CAST(gap_squares AS DOUBLE) / (purchases - 1)
        - (CAST(last_day - first_day AS DOUBLE) / (purchases - 1)) * (CAST(last_day - first_day AS DOUBLE) / (purchases - 1)), 0))
        END AS days_spread
FROM ranked
