"""Ask before something is done: a view asks on GET, and does it on POST."""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, what the button says, and where it leads not to do it."""

    title: str
    text: str
    button: str
    back_url: str
    danger: bool = False


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    """Ask whether it is to be done: the button sends a POST to the same address."""
    return render(request, "ui/confirm.html", asdict(question))
