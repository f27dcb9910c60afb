"""How signals come in from files: tables of every shape, read with a mapping."""
