"""What we measure: named questions to the signals, one file each, and their drift."""
