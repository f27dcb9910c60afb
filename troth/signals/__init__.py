"""What happened: facts as they came in, kept append-only."""
