-- grain: two products, the smaller id first, with the orders that held both; a product with itself: the orders that held it
-- inputs: basket
-- owner: intelligence
SELECT a.product_id AS first_id, b.product_id AS second_id, count(*) AS orders
FROM basket a JOIN basket b ON b.order_id = a.order_id AND a.product_id <= b.product_id
GROUP BY a.product_id, b.product_id
