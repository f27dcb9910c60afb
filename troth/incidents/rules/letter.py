"""The letter to the people whose data it was (Art. 34 GDPR), in plain words. Pure."""

from datetime import UTC

from troth.incidents.rules.results import BreachShown

_OPENING = (
    "We write to you because personal data that you entrusted to us was affected by a security "
    "incident. We are sorry. Here is what we know, what we did, and what you can do."
)


def letter(breach: BreachShown, *, organisation: str, address: str) -> str:
    """Return the letter as Markdown; what is not known yet says so, nothing is made up."""
    aware = breach.aware_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = (
        ("What happened", f"{_or_unknown(breach.facts)}\n\nWe became aware of it on {aware}."),
        ("What data and how many people", _scope(breach)),
        ("What this may mean for you", _or_unknown(breach.consequences)),
        ("What we have done", _or_unknown(breach.fixes)),
        ("What keeps it from happening again", _or_unknown(breach.prevention)),
        ("What you can do", _steps(breach)),
        ("Whom you can ask", _contact(breach, address)),
    )
    said = "\n\n".join(f"## {title}\n\n{text}" for title, text in parts)
    return f"{_OPENING}\n\n{said}\n\n{organisation}\n"


def _or_unknown(text: str) -> str:
    return text.strip() or "This is not known yet. We will tell you as soon as it is."


def _scope(breach: BreachShown) -> str:
    counted = [
        f"about {count:,} {what}"
        for count, what in ((breach.people, "people"), (breach.records, "records"))
        if count is not None
    ]
    said = f"This concerns {' and '.join(counted)}." if counted else ""
    return _or_unknown("\n\n".join(filter(None, (said, breach.scope_note.strip()))))


def _steps(breach: BreachShown) -> str:
    steps = ["- Be careful with messages that ask for data or money in our name."]
    if breach.reset_url:
        steps.insert(0, f"- [Change your password]({breach.reset_url}) now, here and wherever "
                     "you use the same one.")  # fmt: skip
    return "\n".join(steps)


def _contact(breach: BreachShown, address: str) -> str:
    lines = [f"- {breach.contact}" if breach.contact else "",
             f"- Hotline: {breach.hotline}" if breach.hotline else "",
             f"- All updates: {address}"]  # fmt: skip
    return "\n".join(filter(None, lines))
