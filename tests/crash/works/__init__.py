"""What is done when a crash is injected: one file a package."""
