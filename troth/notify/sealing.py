"""Secrets of outlets and of subscriptions at rest."""

from troth.core.sealing import Box

_box = Box("troth notify 1")
seal, opened = _box.seal, _box.opened
seal_values, opened_values = _box.seal_values, _box.opened_values
