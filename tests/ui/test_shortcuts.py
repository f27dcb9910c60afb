import pytest
from django.test import RequestFactory

from troth.ui.shortcuts import page_or_part


@pytest.mark.parametrize(
    ("headers", "template"),
    [
        ({}, "promises/index.html"),
        ({"HX-Request": "true"}, "promises/_rows.html"),
        ({"HX-Request": "true", "HX-Boosted": "true"}, "promises/index.html"),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, "promises/index.html"),
    ],
)
def test_only_htmx_gets_the_part(headers, template):
    request = RequestFactory().get("/", headers=headers)
    assert page_or_part(request, "promises/index.html", part="rows") == template
