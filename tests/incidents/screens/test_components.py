"""The composer's components: grouped, found by typing, a group at once; all without a script."""

import re

import pytest
from scene import NOON, component

from troth.components import actions as components
from troth.components.rules.documents import ComponentTerms, GroupTerms
from troth.core import clock


@pytest.fixture
def a_large_house(db):
    """Return the uids of 40 components in groups, and of one that is in none."""
    uids = {}
    for slug, name in (("eu", "Europe"), ("us", "Amérique")):
        components.declare_group(terms=GroupTerms(slug=slug, name=name), by="Ada", now=NOON)
        for number in range(20):
            terms = ComponentTerms(slug=f"{slug}-{number}", name=f"Node {number}", group=slug)
            made = components.declare_component(terms=terms, by="Ada", now=NOON)
            uids[f"{slug}-{number}"] = made.uid
    return uids | {"shop": component("shop")}


def test_components_stand_in_their_groups(signed_in, ben, read, a_large_house):
    with clock.frozen(NOON):
        page = read(signed_in(ben), "incidents/new/")
    part = page.split("data-impacts", 1)[1].split("</fieldset>")[0]
    names = re.findall(r'role="group" aria-label="([^"]+)"', part)
    assert names == ["Amérique", "Europe"]
    assert part.count('id="id_impact-') == len(a_large_house) == 41
    assert 'aria-label="All of Europe"' in part


def test_without_a_script_all_are_shown_and_no_control_that_does_nothing(
    signed_in, ben, read, a_large_house
):
    with clock.frozen(NOON):
        page = read(signed_in(ben), "incidents/new/")
    part = page.split("data-impacts", 1)[1].split("</fieldset>")[0]
    assert part.count("<select data-all hidden") == 2
    assert '<p class="field find" hidden>' in part
    assert '<div class="impact">' in part
    assert '<div class="impact" hidden' not in part
