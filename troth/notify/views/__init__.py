"""What strangers and readers see: no account, no cookie, and no script is needed."""
