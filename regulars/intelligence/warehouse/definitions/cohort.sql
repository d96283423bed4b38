-- grain: one month of first purchase and one number of months later (62: that and more), with how many bought then
-- inputs: state, numbers
-- owner: intelligence
SELECT month_of(CAST(s.first_day AS INT)) AS cohort, n.n AS later, count(*) AS customers
FROM state s JOIN numbers n ON (s.months & month_bit(n.n)) <> 0
WHERE s.purchases > 0
GROUP BY month_of(CAST(s.first_day AS INT)), n.n
