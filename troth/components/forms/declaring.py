"""Forms for what files can declare as well."""

from collections.abc import Iterable
from typing import Any

from django import forms

from troth.components import queries
from troth.components.forms.base import (
    Declaring,
    Document,
    names,
    number,
    prose,
    set_choices,
    text,
)
from troth.components.models import Component, Formula, Group
from troth.components.rules import documents, doors
from troth.components.rules.words import PRIVACY


def _chosen(rows: Iterable[tuple[str, str]], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *rows]


class ComponentForm(Declaring):
    kind = "Component"
    lists = ("monitors", "heartbeats")

    description = prose("What it is", help_text="One sentence; shown below its name.")
    group = forms.ChoiceField(label="Group", required=False)
    position = number("Place in its group", help_text="The smallest stands first.")
    monitors = names("Monitors", help_text="Names with commas. Add =partial_outage or "
                      "=degraded_performance where their failure means less.")  # fmt: skip
    heartbeats = names("Heartbeats", help_text="The same for those that report by themselves.")
    audiences = forms.MultipleChoiceField(
        label="Only for", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: for everybody.",
    )  # fmt: skip
    promise = forms.SlugField(
        label="Its uptime promise", required=False, max_length=100,
        help_text="The name of the promise that judges its uptime.",
    )  # fmt: skip
    owner = text("Who looks after it", help_text="For staff only.")
    start_date = forms.DateField(
        label="History begins", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Earlier days are blank. Empty: when it was declared.",
    )  # fmt: skip
    third_party = forms.BooleanField(label="Somebody else runs it", required=False)
    only_if_degraded = forms.BooleanField(
        label="Show it only when something is wrong", required=False
    )

    def read(self, document: Document) -> object:
        return documents.component(document)

    def _choose(self) -> None:
        groups = Group.objects.filter(retired_at=None).values_list("slug", "name")
        set_choices(self.fields["group"], _chosen(groups, "none"))
        readers = [(one.slug, one.name) for one in queries.audiences()]
        set_choices(self.fields["audiences"], readers)
        if not readers:
            del self.fields["audiences"]

    def _initial(self, document: Document) -> dict[str, object]:
        spec = {**document.get("spec", {})}
        for name in self.lists:
            spec[name] = [_written_watch(one) for one in spec.get(name, [])]
        return super()._initial({**document, "spec": spec})

    def spec(self, values: dict[str, Any]) -> Document:
        said = super().spec(values)
        for name in self.lists:
            if name in said:
                said[name] = [_read_watch(one) for one in said[name]]
        return said


def _written_watch(one: object) -> str:
    return f"{one['name']}={one['down']}" if isinstance(one, dict) else str(one)


def _read_watch(text: str) -> object:
    name, _, down = text.partition("=")
    return {"name": name, "down": down} if down else name


class GroupForm(Declaring):
    kind = "ComponentGroup"

    description = prose("What it is")
    parent = forms.ChoiceField(label="Stands in", required=False, help_text="Groups nest once.")
    position = number("Place", help_text="The smallest stands first.")

    def read(self, document: Document) -> object:
        return documents.group(document)

    def _choose(self) -> None:
        rows = Group.objects.filter(retired_at=None, parent=None).values_list("slug", "name")
        set_choices(self.fields["parent"], _chosen(rows, "no other group"))


class AudienceForm(Declaring):
    kind = "Audience"

    description = prose("Who they are")

    def read(self, document: Document) -> object:
        return documents.audience(document)


class PageForm(Declaring):
    kind = "StatusPage"
    lists = ("networks",)

    description = prose("What it is for")
    audiences = forms.MultipleChoiceField(
        label="For", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="It shows what is meant for these, and what everybody may see.",
    )  # fmt: skip
    components = forms.MultipleChoiceField(
        label="Only these components", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all that its readers may see.",
    )  # fmt: skip
    privacy = forms.ChoiceField(label="Who is let in", choices=[
        (key, PRIVACY[key]) for key in doors.PRIVACY])  # fmt: skip
    networks = names("Networks", help_text="For example 192.0.2.0/24, 2001:db8::/32.")
    position = number("Place", help_text="The smallest stands first.")

    def read(self, document: Document) -> object:
        return documents.page(document)

    def _choose(self) -> None:
        readers = [(one.slug, one.name) for one in queries.audiences()]
        set_choices(self.fields["audiences"], readers)
        parts = list(Component.objects.filter(retired_at=None).values_list("slug", "name"))
        set_choices(self.fields["components"], parts)
        for name, choices in (("audiences", readers), ("components", parts)):
            if not choices:
                del self.fields[name]


class FormulaForm(Declaring):
    kind = "Formula"

    major = text("Of a major outage counts", help_text="A share such as 100%.")
    partial = text("Of a partial outage", help_text="Usually 30%.")
    degraded = text("Of degraded performance", help_text="Usually 0%.")
    maintenance = text("Of maintenance announced in time", help_text="Usually 0%.")
    unannounced = text("Of other maintenance", help_text="Usually 100%.")
    reason = prose("Why it changes", help_text="Shown to everybody beside the formula.")

    def read(self, document: Document) -> object:
        return documents.uptime_formula(document)

    def _choose(self) -> None:
        for name in ("name", "display_name"):
            self.fields[name].required = False
            self.fields[name].widget = forms.HiddenInput()

    def clean_name(self) -> str:
        return "uptime"

    def clean_display_name(self) -> str:
        return "Uptime"

    @classmethod
    def present(cls) -> dict[str, str]:
        """Return the weights that hold, as they were written."""
        last = Formula.objects.order_by("number").last()
        usual = {"major": "100%", "partial": "30%", "degraded": "0%", "maintenance": "0%",
                 "unannounced": "100%"}  # fmt: skip
        return {**usual, **(last.weights if last else {})}
