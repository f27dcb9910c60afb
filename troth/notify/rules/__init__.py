"""The pure core: stories, limits of channels, retries, order and quiet hours."""
