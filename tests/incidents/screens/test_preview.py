"""A preview is the real thing in a transaction that is rolled back: no row is another after."""

import pytest
from django.apps import apps
from scene import NOON, component, facts, opened, opening, resolved

from troth.core import clock
from troth.incidents import actions


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


def everything():
    """Return every row of every table of ours."""
    ours = [one for one in apps.get_models(include_auto_created=True)
            if one.__module__.startswith("troth.")]  # fmt: skip
    assert len(ours) > 50
    return {
        one._meta.label: sorted(map(repr, one.objects.order_by().values_list())) for one in ours
    }


@pytest.mark.mission("S3.21")
@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_a_preview_of_any_way_through_the_composer_changes_no_row(
    who, request, signed_in, filled, post
):
    shop = component()
    draft = actions.open_(opening=opening(), by="Ada", now=NOON).uid
    public = opened(impacts={shop: "major_outage"}, name="Public").uid
    over = opened(name="Over").uid
    resolved(over, now=NOON)
    browser = signed_in(request.getfixturevalue(who))
    values = filled(**{f"impact-{shop}": "partial_outage"})
    final = {"body": "It works.", "recovery": "All works.", "data_loss": "None.", **facts()}
    ways = {
        "incidents/new/": values,
        f"incidents/{draft}/draft/": values,
        f"incidents/{public}/update/": {**values, "state": "identified"},
        f"incidents/{public}/resolve/": final,
        f"incidents/{over}/reopen/": {**values, "state": "investigating"},
    }
    before = everything()
    for path, said in ways.items():
        page = post(browser, path, 200, **{**said, "do": "preview"})
        assert "As it would go out" in page, path
    assert everything() == before
