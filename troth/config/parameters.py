"""Parameters of an address that no operation knows: refused, with the nearest one that it does."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from troth.core.fields import nearest
from troth.core.refusals import Refusal

Run = Callable[..., HttpResponse]


def noting(run: Run) -> Run:
    """Let a request know which parameters its operation takes. Wraps what ninja runs."""
    known = _known(getattr(run, "__self__", None))

    @wraps(run)
    def noted(request: HttpRequest, **path: Any) -> HttpResponse:  # noqa: ANN401 - as its path has it
        request.known_parameters = known  # type: ignore[attr-defined]
        return run(request, **path)

    return noted


def _known(operation: Any) -> tuple[str, ...]:  # noqa: ANN401 - ninja's own
    models = [one for one in operation.models if one.__ninja_param_source__ == "query"]
    return tuple(name for one in models for name in one.__ninja_flatten_map__)


def refuse_unknown(request: HttpRequest) -> None:
    """Refuse to read with a parameter that would be passed over: who misspells it is told so."""
    known = getattr(request, "known_parameters", None)
    if known is None or request.method not in {"GET", "HEAD"}:
        return
    for name in request.GET:
        if name not in known:
            shown = name[:60]
            hint = nearest(shown, known) or _there_are(known)
            raise Refusal(422, f"there is no parameter “{shown}”{hint}", field=shown)


def _there_are(known: tuple[str, ...]) -> str:
    return f"; there are {', '.join(sorted(known))}" if known else "; this address takes none"
