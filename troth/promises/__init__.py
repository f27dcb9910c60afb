"""What we said would be true, and the judgement whether it was."""
