"""Where trust fades: what is usual of a daily series, and when it left that. Pure."""
