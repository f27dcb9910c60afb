"""The field for an instant: entered and shown as clocks on the wall of one zone show it.

The zone stands beside the field. A time that does not exist is refused; one that comes twice, as
clocks go back, is asked for: a second control appears below the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from troth.core import walls

_FORMAT = "%Y-%m-%dT%H:%M"
FIRST, SECOND = "first", "second"
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the field: a time on the wall, and which one where it comes twice."""

    text: str
    which: str = ""


class MomentInput(forms.Widget):
    """A time, and where that time comes twice also which one."""

    template_name = "ui/moment.html"
    zone: ZoneInfo = _UTC

    def value_from_datadict(
        self, data: Mapping[str, Any], _files: object, name: str
    ) -> Written | None:
        text = str(data.get(name, "")).strip()
        return Written(text, str(data.get(f"{name}-which", ""))) if text else None

    def value_omitted_from_data(self, data: Mapping[str, Any], _files: object, name: str) -> bool:
        return name not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's
        written = self._written(value)
        context: dict[str, Any] = super().get_context(name, written.text, attrs)
        return context | {"which": written.which, "twice": self._twice(written.text)}

    def _written(self, value: object) -> Written:
        if not isinstance(value, datetime):
            return value if isinstance(value, Written) else Written(str(value or ""))
        twice = len(walls.instants(value.astimezone(self.zone), self.zone)) > 1
        which = (SECOND if walls.is_second(value, self.zone) else FIRST) if twice else ""
        return Written(value.astimezone(self.zone).strftime(_FORMAT), which)

    def _twice(self, text: str) -> list[tuple[str, str]]:
        """Return (value, words) of both instants, where the time comes twice."""
        try:
            walls.instant(text, self.zone)
        except walls.TwiceError as twice:
            both = ((FIRST, twice.first), (SECOND, twice.second))
            return [(one, f"the {one} one, {walls.offset(at, self.zone)}") for one, at in both]
        except walls.OffTheClock:
            pass
        return []


class MomentField(forms.Field):
    """An instant, in UTC once it is read. `in_zone` says how it is entered and shown."""

    widget = MomentInput

    def __init__(self, label: str, *, required: bool = False, help_text: str = "") -> None:
        super().__init__(label=label, required=required, help_text=help_text)
        self._name = label
        self.in_zone(_UTC)

    def in_zone(self, zone: ZoneInfo) -> None:
        self.zone = self.widget.zone = zone
        self.label = f"{self._name} ({zone.key})"

    def to_python(self, value: Any) -> datetime | None:  # noqa: ANN401 - Django's
        written = value if isinstance(value, Written) else Written(str(value or ""))
        if not written.text:
            return None
        second = {FIRST: False, SECOND: True}.get(written.which)
        try:
            return walls.instant(written.text, self.zone, second=second)
        except walls.OffTheClock as problem:
            raise ValidationError(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from None

    def has_changed(self, initial: Any, data: Any) -> bool:  # noqa: ANN401 - Django's
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class Timed(forms.Form):
    """A form whose instants are entered and shown in `zone`, which stands beside them."""

    def __init__(self, *args: Any, zone: ZoneInfo | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.wall = zone or ZoneInfo(settings.TROTH.time_zone)
        for field in self._moments():
            field.in_zone(self.wall)

    @property
    def is_timed(self) -> bool:
        return bool(self._moments())

    def _moments(self) -> list[MomentField]:
        return [field for field in self.fields.values() if isinstance(field, MomentField)]


__all__ = ["MomentField", "MomentInput", "Timed", "Written"]
