"""The screens of customers: thin shells around queries and actions."""
