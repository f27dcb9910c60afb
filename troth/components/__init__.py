"""What customers use of us, in parts, and how each part is right now."""
