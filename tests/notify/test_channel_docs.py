"""docs/channels.md says of each channel what the channel says of itself."""

from pathlib import Path

import pytest

from troth.notify import catalogue, wording
from troth.notify.channel import Shape
from troth.notify.rules import labels, saying, schemes

TEXT = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")


def overview():
    """Return the table of channels, line by line."""
    yield "| channel | what it is | address | words | strangers may |"
    yield "|---|---|---|---|---|"
    for key, one in catalogue.all_channels().items():
        address = one.address.label if one.address else "none"
        limit = f", at most {one.limit:,}" if one.limit else ""
        public = "yes" if one.is_public else "no"
        yield f"| `{key}` | {one.help} | {address} | {one.shape.value}{limit} | {public} |"


def settings():
    """Return the table of settings, line by line."""
    yield "| channel | setting | what it is | unless said |"
    yield "|---|---|---|---|"
    for key in catalogue.all_channels():
        for one in catalogue.fields(key):
            name = f"`{one.name}`" + (" (secret)" if one.is_secret else "")
            told = f"{one.label}: {one.help}".strip(" .:")
            choices = f" ({', '.join(one.choices)})" if one.choices else ""
            default = "needed" if one.is_needed else _shown(one.default)
            yield f"| `{key}` | {name} | {told}{choices} | {default} |"


def _shown(default):
    return f"`{default}`" if default not in ("", None) else "none"


@pytest.mark.parametrize("lines", [overview, settings])
def test_the_tables_are_those_of_the_channels(lines):
    assert "\n".join(lines()) in TEXT


def test_every_name_that_a_template_may_say_is_told():
    for name, meaning in saying.NAMES.items():
        assert f"| `{name}` | {meaning} |" in TEXT


def test_every_shape_is_told():
    for shape in Shape:
        parts = ", ".join(wording.PARTS[shape]) or "none: programs get the story itself"
        assert f"| {shape.value} | {parts} |" in TEXT


def test_how_many_services_of_apprise_there_are():
    assert f"{len(schemes.SCHEMES)} of its kinds of address" in TEXT
    assert labels.LANGUAGES == ("en", "de")
    assert "English and German" in TEXT


if __name__ == "__main__":
    print("\n".join(overview()))  # noqa: T201 - for whoever writes the page
    print("\n".join(settings()))  # noqa: T201
