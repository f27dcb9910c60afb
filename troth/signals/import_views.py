"""The desk's way in for files: upload, look, put right, import."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth.core import clock
from troth.signals import uploads
from troth.signals.forms import MappingForm, UploadForm
from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.skeleton import skeleton
from troth.signals.models import Upload
from troth.staff.access import person, requires

_LISTED = 20
_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def import_(request: HttpRequest) -> HttpResponse:
    """Take a file and a mapping; show the files given lately."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            upload = uploads.receive(
                file=given["file"],
                text=given["mapping"],
                source=given["source"],
                by=person(request),
                now=clock.now(),
            )
            return redirect("signals:upload", pk=upload.pk)
        except ImportProblem as error:
            form.add_error("file", str(error))
    context = {"form": form, "uploads": Upload.objects.select_related("by")[:_LISTED]}
    return render(request, "signals/import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("editor")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a file would come to, or came to; a post looks at it with another mapping."""
    found = get_object_or_404(Upload, pk=pk)
    if found.state != Upload.State.PREVIEW:
        return render(request, "signals/upload_done.html", {"upload": found})
    form = MappingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        uploads.remap(upload=found, text=given["mapping"], source=given["source"])
    return render(request, "signals/upload.html", _context(found, form))


def _context(found: Upload, form: MappingForm) -> dict[str, Any]:
    seen = uploads.preview(found)
    summary = seen.summary
    if not form.is_bound:
        begun = skeleton(seen.columns) if seen.problems and not found.mapping.strip() else ""
        form = MappingForm(initial={"mapping": found.mapping or begun, "source": found.source})
    return {
        "upload": found,
        "form": form,
        "preview": seen,
        "summary": summary,
        "samples": summary.samples[:_SHOWN] if summary else [],
        "reasons": summary.by_reason() if summary else [],
    }


@require_POST
@requires("editor")
def importing(request: HttpRequest, pk: int) -> HttpResponse:
    """Import the file: now, or by the worker where it is large."""
    found = get_object_or_404(Upload, pk=pk)
    if not uploads.start(upload=found, by=person(request), now=clock.now()):
        messages.info(request, "The worker reads this file; the figures appear here when it is.")
    return redirect("signals:upload", pk=pk)


@require_POST
@requires("editor")
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file back. What has been imported from it stays."""
    uploads.take_back(upload=get_object_or_404(Upload, pk=pk))
    messages.info(request, "The file is gone.")
    return redirect("signals:import")


@require_safe
@requires("editor")
def refused_file(_request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the file of an upload's refused lines, to be mended and uploaded again."""
    path = uploads.refused_path(get_object_or_404(Upload, pk=pk))
    if not path.exists():
        raise Http404("Nothing of this file was refused, or it is more than a week old.")
    with path.open("rb") as file:
        ending = "ndjson" if file.read(1) == b"{" else "csv"
    name = f"refused-{pk}.{ending}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
