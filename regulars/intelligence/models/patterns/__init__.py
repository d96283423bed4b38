"""What is bought together, and what is bought next.

``baskets``    order lines as baskets of items, and customers as rows of baskets
``itemsets``   every set of items that at least so many baskets hold, with exact counts
``rules``      "who buys X buys Y": confidence and lift, each with its lower bound
``pairs``      lift of every pair among the most frequent items, in one pass
``sequences``  every order of items that at least so many customers bought in, with exact counts
``order``      whether B follows A more often than chance order would have it
``following``  how soon after A the next category is bought, those still waiting counted rightly
"""
