"""What the desk asks when a promise is made or changed."""
