"""The part of Statuspage's management API (v1) that other programs write with."""
