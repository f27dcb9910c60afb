"""When it was not true: what we told whom, and when it ended."""
