"""The score's own page, the files to compute it again, and what trust.json says of it."""

from collections.abc import Callable, Iterator

from troth.page.edition import Edition
from troth.page.method import DATA, SCRIPT, method
from troth.page.picture import Picture
from troth.page.sheets import Sheet, fingerprint
from troth.promises.scoring import exporting
from troth.promises.scoring.stored import PublishedScore

Spoken = Callable[[Edition, Callable[[], bytes]], Callable[[], bytes]]


def pages(edition: Edition, *, base: str, spoken: Spoken) -> Iterator[Sheet]:
    """Yield the page of the method, once there is a score."""
    found = edition.picture.score
    if found is None:
        return

    def make() -> bytes:
        values = {"method": method(edition, found)}
        return edition.render("page/method.html", "method/", values)

    yield Sheet(f"{edition.folder}method/index.html", inputs(found, base), spoken(edition, make))


def inputs(found: PublishedScore, base: str) -> str:
    """Return a fingerprint of all that the page of the method says."""
    return fingerprint(base, found.score.digest, found.events, found.versions)


def files(picture: Picture) -> Iterator[Sheet]:
    """Yield the data behind the score and the script that computes it again."""
    found = picture.score
    if found is None:
        return
    script = exporting.script()
    yield Sheet(DATA, fingerprint(found.data), lambda: found.data)
    yield Sheet(SCRIPT, fingerprint(script), lambda: script)


def told(edition: Edition, found: PublishedScore | None) -> dict[str, object] | None:
    """Return what trust.json says: null where there is none, a null `value` without evidence."""
    if found is None:
        return None
    held = found.score
    return {
        "day": held.day.isoformat(),
        "value": held.value,
        "interval": None if held.value is None else [held.low, held.high],
        "grade": held.grade,
        "reason": held.detail["reason"],
        "cover": held.detail["cover"],
        "effective_cases": held.detail["effective"],
        "integrity": held.detail["factor"],
        "rules": held.rules,
        "pillars": [
            {
                "key": each["key"],
                "weight": each["weight"],
                "value": each["points"] if each["enough"] and held.value is not None else None,
                "promises": each["promises"],
            }
            for each in held.detail["pillars"]
        ],
        "felt": held.detail["felt"],
        "method": edition.url("method/"),
        "data": f"{edition.picture.site.base_url}/{DATA}",
        "script": f"{edition.picture.site.base_url}/{SCRIPT}",
    }
