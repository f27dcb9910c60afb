"""Publish: whatever dies half-way, visitors see a whole page, and the next one is written."""

from datetime import UTC, datetime, timedelta

PREFIXES = ("publish",)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _write(number):
    from troth.page import actions

    actions.publish(now=START + timedelta(hours=number), always=True)


def work():
    """Publish a page, declare a promise, publish again, again and again."""
    from tests.crash.works.promises import _document
    from troth.core import clock
    from troth.promises import actions as promises

    _write(0)
    with clock.frozen(START):
        promises.declare(spec=_document(1), author="Ada", now=START)
    for number in range(1, 4):
        _write(number)


def recover():
    """See that what stands is whole; then do the work again and tell what visitors get."""
    from django.conf import settings

    current = settings.TROTH.page_dir / "current"
    if current.exists():
        assert (current / "index.html").read_text().rstrip().endswith("</html>")
    work()
    names = sorted(str(path.relative_to(current)) for path in current.rglob("*.html"))
    revisions = [path for path in settings.TROTH.page_dir.iterdir() if path.is_dir()]
    return {"pages": names, "index": (current / "index.html").read_text().count("calls-1") > 0,
            "few": len(revisions) < 8}  # fmt: skip
