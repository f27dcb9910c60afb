"""One file per kind of monitor: its name is the kind's key. See troth/probes/kind.py."""
