"""Reports that are made on their dates: what is in them, when, and how they read."""
