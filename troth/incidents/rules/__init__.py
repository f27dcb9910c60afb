"""What may be said in which order, by when, and what must be in it. Pure."""
