-- grain: one order and one of the products sold most, however many lines it stands on
-- inputs: lines, item
-- owner: intelligence
SELECT DISTINCT l.order_id, l.product_id
FROM lines l JOIN item i ON i.product_id = l.product_id
WHERE l.day <= :today AND l.currency = :currency AND l.quantity > 0
