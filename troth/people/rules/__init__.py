"""The pure core: what an address is, in one way of writing, and how much of it is shown."""
