"""Who runs this installation, what they may do, and what they did."""
