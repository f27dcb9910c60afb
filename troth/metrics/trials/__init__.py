"""How good drift is, measured: made series with known answers, and benchmarks that others made."""
