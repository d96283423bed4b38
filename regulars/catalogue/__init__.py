"""What is sold: products, their groups and what they cost.

Words: a *product* has a code; its *group* (category) is a path of words; ``kind`` tells products from fees.
"""
