"""Adapters of the store: each keeps signals in one kind of engine, all answer alike."""
