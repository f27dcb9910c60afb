import re

import brotli
import pytest
from django.template import Context, Template

from troth.ui import assets


def test_a_name_follows_from_the_content_and_may_be_kept_for_ever(client):
    address = assets.url("page.css")
    assert re.fullmatch(r"/assets/page\.[0-9a-f]{12}\.css", address)
    response = client.get(address, headers={"accept-encoding": "gzip, br"})
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Type"] == "text/css"
    assert brotli.decompress(response.content) == assets.find("page.css").body


def test_a_page_of_yesterday_still_finds_its_style(client):
    response = client.get("/assets/page.000000000000.css")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"


def test_a_foreign_template_finds_its_files_where_all_assets_are(client):
    told = Template("{% load static %}{% static 'mfa/js/webauthn.js' %}").render(Context())
    assert re.fullmatch(r"/assets/mfa/js/webauthn\.[0-9a-f]{12}\.js", told)
    assert client.get(told).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "page.css",
        "nothing.000000000000.css",
        "../settings.000000000000.py",
        "a/../b.000000000000.js",
    ],
)
def test_nothing_else_is_served(client, path):
    assert client.get(f"/assets/{path}").status_code == 404


def test_a_bundle_is_in_layers_and_holds_every_component():
    css = assets.find("desk.css").body.decode()
    assert css.startswith("@layer reset, base, components, pages;")
    for component in (assets.ROOT / "css/components").glob("*.css"):
        first = re.search(r"\.[a-z][a-z-]*", component.read_text().split("{", 1)[1]).group()
        assert first in css, component.name


def test_files_of_other_packages_have_addresses_too():
    assert assets.url("mfa/js/webauthn.js").startswith("/assets/mfa/js/webauthn.")


def test_a_published_page_points_to_files_beside_it():
    with assets.prefixed("../assets/"):
        assert assets.url("page.css").startswith("../assets/page.")
    assert assets.url("page.css").startswith("/assets/")


def test_no_style_asks_another_host_for_anything():
    for name in assets.BUNDLES:
        assert "url(" not in assets.find(name).body.decode()
        assert "@import" not in assets.find(name).body.decode()
