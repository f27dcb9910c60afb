"""The settings screens, one file per noun."""
