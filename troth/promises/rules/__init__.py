"""The pure core: terms, windows, verdicts and figures. No Django, no clock, no I/O, no chance."""
