"""What a status is, how causes make one, and what adds up to uptime. Pure."""
