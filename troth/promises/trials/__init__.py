"""How good the score is, measured: forecasts on real cases, sums that leave no rest, its cost."""
