"""How signals come in over HTTP: each body becomes signals, or refused lines with a reason."""
