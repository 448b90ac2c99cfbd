"""Calls: the table of them, their descriptions, and what ails them."""
