"""What customers say unasked: ideas, votes, and what we shipped."""
