"""`python -m troth.config` is the `troth` command."""

from troth.config.cli import main

main()
