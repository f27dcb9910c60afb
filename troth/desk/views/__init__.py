"""What staff see first, and what joins signals and promises on one screen."""
