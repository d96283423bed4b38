"""The facts of trade, shared by every room above: orders, their lines, returns, payments, shipments.

Words: an *order* has *lines*; what comes back is a *return*, against its order where that can be found; an order
without a customer is *anonymous trade*; a line that is no product is a *fee*. Facts of trade are never edited:
an import that is undone *retracts* what it brought (``retracted_in``), and only live rows count.
"""
