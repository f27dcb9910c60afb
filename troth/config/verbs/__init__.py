"""The verbs of the `troth` command that belong to no other package."""
