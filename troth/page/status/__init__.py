"""Components, incidents and maintenance in words and pictures."""
