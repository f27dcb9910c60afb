"""The blocks of the front page: one file each, one value in each file."""
