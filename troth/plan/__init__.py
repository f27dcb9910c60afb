"""What we do to get better: goals, initiatives, what each was to change, and whether it did."""
