"""“Something is wrong for me”, a question, a comment: no account, no cookie, no script needed."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from troth.core import clock
from troth.core.visitors import address_of, household
from troth.feedback import actions, queries
from troth.feedback.actions import Written
from troth.feedback.forms import ReportForm
from troth.feedback.rules import Kind
from troth.notify.forms.guarding import begun
from troth.notify.views.public import framed, language_of, too_many
from troth.notify.welcoming import NotByHandError, TooManyError, welcome


@csrf_exempt  # it changes nothing that belongs to whoever is signed in
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """Show the form; take it."""
    language = language_of(request)
    with translation.override(language):
        if request.method == "POST":
            return _taken(request, _form(request, language, request.POST), language)
        return _shown(_form(request, language, None), language)


def _form(request: HttpRequest, language: str, data: QueryDict | None) -> ReportForm:
    asked = request.GET
    chosen: dict[str, Any] = {"kind": Kind.PROBLEM.value, "language": language}
    if asked.get("kind") in set(Kind):
        chosen["kind"] = asked["kind"]
    if component := asked.get("component"):
        chosen["component"] = component[:100]
    return ReportForm(
        data, initial=chosen, parts=queries.parts(language), may_answer=queries.may_answer()
    )


def _shown(form: ReportForm, language: str, status: int = HTTPStatus.OK) -> HttpResponse:
    within = queries.reply_within()
    context = {
        "form": form, "begun": begun(now=clock.now()),
        "hours": int(within.total_seconds()) // 3600 if within else 0,
        "action": f"?{urlencode({'language': language})}",
    }  # fmt: skip
    return framed("feedback/public/report.html", context, language=language, status=status)


def _taken(request: HttpRequest, form: ReportForm, language: str) -> HttpResponse:
    if not form.is_valid():
        return _shown(form, language, HTTPStatus.UNPROCESSABLE_ENTITY)
    now, place = clock.now(), household(address_of(request))
    said = form.cleaned_data
    written = Written(
        kind=Kind(said["kind"]), text=said["text"], component=said.get("component", ""),
        address=said.get("address", ""), language=said.get("language") or language,
        household=place, form=said["begun"][:200],
    )  # fmt: skip
    if not actions.is_known(written):
        try:
            welcome(form, use="report", of=place, now=now)
        except NotByHandError:
            form.add_error(None, _("Please send the form once more."))
            return _shown(form, language, HTTPStatus.UNPROCESSABLE_ENTITY)
        except TooManyError as error:
            return too_many(error.wait, language=language)
        actions.report(written, now=now)
    answered = {"answer": "1"} if written.address else {}
    return redirect(f"{reverse('report-thanks')}?{urlencode({'language': language, **answered})}")


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Say that it came in, and by when we answer."""
    within = queries.reply_within()
    context = {
        "is_answered": bool(request.GET.get("answer")) and queries.may_answer(),
        "hours": int(within.total_seconds()) // 3600 if within else 0,
    }
    return framed("feedback/public/thanks.html", context, language=language_of(request))
