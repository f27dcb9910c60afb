"""Customers as we may know them: a contact, and what each allowed us."""
