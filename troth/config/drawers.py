"""The drawers that `troth apply` and `troth export` open, in the order of the floors."""

from collections.abc import Iterator

from django.utils.module_loading import import_string

from troth.core.filing import Drawer

PACKAGES = ("metrics", "notify", "probes", "promises", "components", "incidents")


def drawers() -> Iterator[Drawer]:
    for package in PACKAGES:
        yield import_string(f"troth.{package}.filing.drawer")
