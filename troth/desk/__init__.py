"""What staff see first: today, drift, reports, and the plan to do better."""
