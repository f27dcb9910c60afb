"""A promise as the sentence on top speaks of it."""

from troth.page.edition import Edition
from troth.page.picture import Shown
from troth.page.sentence import Spoken
from troth.page.tongue import name_of, topic_of


def spoken(edition: Edition, shown: Shown) -> Spoken:
    """Return what the sentence needs of a promise, in the language now active."""
    standing = shown.standing
    return Spoken(
        verdict=standing.verdict,
        evaluator=standing.evaluator,
        name=name_of(shown),
        topic=topic_of(shown, edition.picture.site.languages[0]),
        untested=standing.why == "untested",
    )
