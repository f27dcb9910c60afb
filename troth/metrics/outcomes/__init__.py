"""What became of customers, as arithmetic: rates with intervals, curves, lifetimes. Pure."""
