"""The courier: it takes what is due, makes the words, hands over, and keeps the answers."""
