"""The few fields that all forms of incidents are made of, and where refusals stand in them."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from troth.components import queries as components
from troth.components.rules.results import Status
from troth.components.rules.words import WORDS
from troth.core import clock
from troth.incidents.actions import NotAllowed, NotReady, Overtaken
from troth.incidents.rules.publishing import LONGEST
from troth.incidents.rules.results import Impact
from troth.ui.moments import MomentField, Timed

SAID = (Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL, Status.MAJOR)
IMPACTS = [(str(one), str(one)) for one in Impact if one is not Impact.MAINTENANCE]


def new_token() -> str:
    """Return what makes one form's sending happen once, however often it is sent."""
    return secrets.token_urlsafe(18)


def line(label: str, *, most: int = 200, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, help_text=help_text)


def prose(label: str, *, rows: int = 3, help_text: str = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, widget=area, help_text=help_text
    )


def moment(label: str, *, help_text: str = "") -> MomentField:
    return MomentField(label, help_text=help_text)


def number(label: str, *, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, help_text=help_text)


def tick(label: str, *, help_text: str = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def pick(label: str, choices: Iterable[tuple[str, str]], *, help_text: str = "") -> Any:  # noqa: ANN401 - a field
    return forms.ChoiceField(
        label=label, required=False, choices=list(choices), help_text=help_text
    )


def whole_minutes(at: datetime | None) -> datetime | None:
    """Return an instant as the browser's field can show it: never later than it is."""
    return at.replace(second=0, microsecond=0) if at else None


class Asking(Timed):
    """A form whose gaps the action names. `asked` are the fields that are not optional."""

    asked: ClassVar[tuple[str, ...]] = ()
    use_required_attribute = False

    token = forms.CharField(
        required=False, max_length=100, widget=forms.HiddenInput, initial=new_token
    )
    turn = forms.IntegerField(required=False, widget=forms.HiddenInput)  # that its writer read
    is_overtaken = False

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.asked:
            if name in self.fields:
                self.fields[name].required = True  # from here on only how it is shown

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:  # noqa: ANN401 - Django's
        if not self.is_bound and field_name in self.asked:
            field.required = True
        return super().get_initial_for_field(field, field_name)

    def done(self, act: Callable[[], object]) -> bool:
        """Do it, or show why not: each gap at its field. Return whether it was done."""
        try:
            act()
        except NotReady as error:
            for gap in error.gaps:
                self.refuse(gap.field, gap.message + self._here(gap.at))
        except NotAllowed as error:
            self.refuse(None, str(error))
        except Overtaken as error:
            self._overtaken(error)
        return not self.errors

    def _overtaken(self, error: Overtaken) -> None:
        """Say that somebody else was first; sent again, what stands here holds."""
        self.is_overtaken = True
        self.refuse(None, f"{error}. Theirs stands. Yours is kept here: send it again if it is to "
                    "replace theirs")  # fmt: skip
        fresh = cast("QueryDict", self.data).copy()
        fresh["turn"] = str(self.initial.get("turn", ""))
        self.data = fresh

    def _here(self, at: datetime | None) -> str:
        """Say an instant that a message names in UTC as the clocks here show it."""
        if at is None or self.wall.key == "UTC":
            return ""
        return f", {at.astimezone(self.wall):%Y-%m-%d %H:%M} in {self.wall.key}"

    def refuse(self, name: str | None, message: str) -> None:
        self.add_error(
            name if name in self.fields else None, f"{message[:1].upper()}{message[1:]}."
        )

    def said(self, name: str) -> str | None:
        """Return what was written, None where this form does not ask for it."""
        return self.cleaned_data.get(name) if name in self.fields else None


class Touching(Asking):
    """A form that asks of each component how it is. What is left alone stays as it was."""

    impact_words: ClassVar[tuple[Status, ...]] = SAID
    unsaid: ClassVar[str] = "not said"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        board = components.board(days=1, everything=True)
        groups = {one.uid: one.name for one in board.groups}
        self._uids = {f"impact-{one.uid}": one.uid for one in board.components}
        self._groups: dict[str, str] = {}
        for one in board.components:
            name = f"impact-{one.uid}"
            self._groups[name] = groups.get(one.group or "", "")
            self.fields[name] = pick(one.name, self.sayable)

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """Return the components' fields by the name of their group, in order; "" is of none."""
        found: dict[str, list[BoundField]] = {}
        for name in self._uids:
            found.setdefault(self._groups[name], []).append(self[name])
        return list(found.items())

    @property
    def sayable(self) -> list[tuple[str, str]]:
        """Return what may be said of a component: (value, word)."""
        return [("", self.unsaid), *((str(one), WORDS[one]) for one in self.impact_words)]

    @property
    def impacts(self) -> dict[str, Status]:
        said = {uid: self.cleaned_data.get(name) for name, uid in self._uids.items()}
        return {uid: Status(status) for uid, status in said.items() if status}

    @property
    def plain(self) -> list[BoundField]:
        return [one for one in self.visible_fields() if one.name not in self._uids]


def initial_impacts(impacts: dict[str, Status]) -> dict[str, Any]:
    return {f"impact-{uid}": str(status) for uid, status in impacts.items()}


def soon() -> datetime:
    """Return the next full hour of the day after tomorrow's end of notice: four days from now."""
    return (clock.now() + timedelta(days=4)).replace(minute=0, second=0, microsecond=0)
