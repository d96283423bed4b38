-- grain: one of the products that stand on most lines; equals by the smaller id
-- inputs: lines
-- owner: intelligence
SELECT product_id, count(*) AS sold
FROM lines WHERE day <= :today AND currency = :currency AND product_id IS NOT NULL AND quantity > 0
GROUP BY product_id
ORDER BY count(*) DESC, product_id
LIMIT 1000
