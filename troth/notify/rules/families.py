"""Events as readers choose among them: a handful of families, not twenty kinds. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from troth.notify.rules.events import Event, events_of, mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`key` is what forms, files and the API write."""

    key: str
    events: tuple[Event, ...]

    @property
    def mask(self) -> int:
        return mask(list(self.events))


def _family(key: str, prefix: str) -> Family:
    return Family(key=key, events=tuple(one for one in Event if one.value.startswith(f"{prefix}.")))


FAMILIES: Final = {
    one.key: one
    for one in (
        _family("incidents", "incident"),
        _family("maintenance", "maintenance"),
        _family("promises", "promise"),
        _family("breaches", "breach"),
        _family("ideas", "idea"),
        _family("certificates", "certificate"),
        _family("digest", "digest"),
        _family("components", "component"),
    )
}
# What our own people alone can hear of, by the name that forms and files give it.
INNER: Final = {
    "alarms": mask([one for one in Event if one.value.startswith("alert.")]),
    "reports": Event.INSIGHT_REPORTED.bit,
}
# What strangers may ask for: everything but what rings for our own people.
OPEN_TO_ALL: Final = sum(family.mask for family in FAMILIES.values())


def bits(names: Iterable[str]) -> int:
    """Return the mask of families ("incidents") and events ("incident.opened").

    Raises ValueError with one sentence for a name that is neither.
    """
    found = 0
    for name in names:
        if name in FAMILIES:
            found |= FAMILIES[name].mask
        elif name in set(Event) and Event(name).bit & OPEN_TO_ALL:
            found |= Event(name).bit
        else:
            raise ValueError(f"“{name[:40]}” is nothing to be told of: {', '.join(FAMILIES)}")
    return found


def names(found: int) -> list[str]:
    """Return the shortest names of a mask: whole families, then single events."""
    whole = [one for one in FAMILIES.values() if found & one.mask == one.mask]
    rest = found & ~sum(one.mask for one in whole)
    return [*(one.key for one in whole), *(event.value for event in events_of(rest))]


def heard(names: Iterable[str]) -> int:
    """Return the mask of what a route of our own people hears; `bits`, and what is INNER.

    Raises ValueError like `bits`.
    """
    said = list(names)
    inner = sum(found for name, found in INNER.items() if name in said)
    return inner | bits(name for name in said if name not in INNER)


def heard_names(found: int) -> list[str]:
    """Return the shortest names of what a route hears."""
    inner = [name for name, one in INNER.items() if found & one]
    return [*inner, *names(found & OPEN_TO_ALL)]
