"""What decides, and touches nothing but values."""
