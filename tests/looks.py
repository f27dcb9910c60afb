"""What is wrong with how a screen looks, as far as a program can tell."""

from axe_playwright_python.sync_playwright import Axe


def findings(page):
    """Return what axe finds at both widths in both schemes, and where a screen runs over."""
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 850})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            result = Axe().run(page).response["violations"]
            found += [(v["id"], v["nodes"][0]["target"], width, scheme) for v in result]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(("runs over", width))
    return found
