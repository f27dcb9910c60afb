"""Files given on the desk: kept until they are imported or taken back, never longer than a day."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from troth.core import clock
from troth.signals.doors import mending
from troth.signals.imports import mapping, running
from troth.signals.imports.plan import FileTerms, Plan
from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.reading import reading
from troth.signals.imports.summary import Summary
from troth.signals.imports.tables import table
from troth.signals.models import Upload
from troth.staff import actions as staff

INLINE: Final = 2_000_000  # bytes that are imported while the person waits
_LOOKED_AT: Final = 20_000  # rows that the preview reads
_KEPT: Final = timedelta(days=1)
_ENDINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would come to. `problems`: why it cannot start. `whole`: all was read."""

    summary: Summary | None = None
    problems: tuple[str, ...] = ()
    whole: bool = True
    columns: tuple[str, ...] = ()


def receive(
    *,
    file: "UploadedFile[Any]",
    text: str,
    source: str,
    by: Any,  # noqa: ANN401 - a staff.User: other packages' models are not imported
    now: datetime,
) -> Upload:
    """Keep a file on disk, readable by us only, until it is imported. Raises ImportProblem.

    `by` is the person who gives it.
    """
    limit = settings.TROTH.max_body_mb * 1_000_000
    if (file.size or 0) > limit:
        raise ImportProblem(f"The file is larger than {settings.TROTH.max_body_mb} MB.")
    upload = Upload.objects.create(
        at=now, by=by, name=Path(file.name or "file").name[:200], mapping=text, source=source
    )
    target = path_of(upload)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("wb") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
    return upload


def path_of(upload: Upload) -> Path:
    """Return where the file lies. Its name there is ours: only the endings are the person's."""
    endings = [end for end in Path(upload.name).suffixes[-_ENDINGS:] if end[1:].isalnum()]
    return settings.TROTH.data_dir / "uploads" / f"{upload.pk}{''.join(endings).lower()}"


def refused_path(upload: Upload) -> Path:
    """Return where the file of its refused lines lies, if there is one."""
    return settings.TROTH.data_dir / "uploads" / f"{upload.pk}.refused"


def preview(upload: Upload) -> Preview:
    """Read the first 20,000 rows and say what they come to."""
    columns: tuple[str, ...] = ()
    try:
        columns = _columns(upload)
        summary, whole = _looked_at(upload)
    except ImportProblem as error:
        return Preview(problems=tuple(error.problems), columns=columns)
    return Preview(summary, whole=whole, columns=columns)


def remap(*, upload: Upload, text: str, source: str) -> None:
    """Look at the same file with another mapping."""
    upload.mapping, upload.source = text, source
    upload.save(update_fields=["mapping", "source"])


def start(*, upload: Upload, by: Any, now: datetime) -> bool:  # noqa: ANN401 - the same
    """Import a small file now, leave a large one to the worker. Return whether it is done."""
    claimed = Upload.objects.filter(pk=upload.pk, state=Upload.State.PREVIEW).update(
        state=Upload.State.WAITING
    )
    if not claimed:
        return False
    told = {"name": upload.name, "source": upload.source}
    staff.note(actor=by, verb="imported", thing="file", thing_id=upload.pk, now=now, after=told)
    if path_of(upload).stat().st_size > INLINE:
        return False
    return carry_out(upload=upload, now=now)


def carry_out(*, upload: Upload, now: datetime) -> bool:
    """Import a waiting file; False where another process has taken it."""
    taken = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING).update(
        state=Upload.State.RUNNING, started_at=now
    )
    if not taken:
        return False
    try:
        terms = running.Terms(refused_to=refused_path(upload))
        summary = running.run(path=path_of(upload), plan=_plan(upload), terms=terms)
    except ImportProblem as error:
        _finish(upload, Upload.State.FAILED, {"problems": error.problems})
        return True
    told = {**summary.told(), "refused_file": bool(summary.refused_file), "samples": []}
    _finish(upload, Upload.State.DONE, told)
    mending.keep(refused=summary.refused_lines, door="import", origin=upload.name, now=now)
    return True


def take_back(*, upload: Upload) -> None:
    """Remove a file and what is known of it."""
    _remove(path_of(upload), refused_path(upload))
    upload.delete()


def waiting() -> list[Upload]:
    """Return the files that wait for the worker, the oldest first."""
    return list(Upload.objects.filter(state=Upload.State.WAITING).order_by("at"))


def is_waiting(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule asks so
    """Return whether the worker has a file to read."""
    return Upload.objects.filter(state=Upload.State.WAITING).exists()


def resume(*, now: datetime) -> int:
    """Put files back in line whose import stopped half-way: nothing is counted twice."""
    stuck = Upload.objects.filter(state=Upload.State.RUNNING, started_at__lt=now - _KEPT / 24)
    return stuck.update(state=Upload.State.WAITING)


def tidy(*, now: datetime) -> int:
    """Remove files that nobody imported within a day, and refused lines of files after a week."""
    idle = Upload.objects.filter(state=Upload.State.PREVIEW, at__lt=now - _KEPT)
    old = Upload.objects.filter(at__lt=now - 7 * _KEPT).exclude(state=Upload.State.WAITING)
    gone = {upload.pk: upload for upload in (*idle, *old)}
    for upload in gone.values():
        take_back(upload=upload)
    return len(gone)


def _plan(upload: Upload) -> Plan | None:
    if not upload.mapping.strip():
        return None
    if not upload.source:
        return mapping.read(upload.mapping)
    return mapping.read(upload.mapping, needs=("kind", "happened_at")).from_source(upload.source)


def _columns(upload: Upload) -> tuple[str, ...]:
    path = path_of(upload)
    if not path.exists():
        raise ImportProblem("The file is no longer here. Upload it again.")
    terms = FileTerms()
    with suppress(ImportProblem):  # said once, by the preview itself
        plan = _plan(upload)
        terms = plan.file if plan else terms
    with table(path, terms) as found:
        return tuple(found.columns)


def _looked_at(upload: Upload) -> tuple[Summary, bool]:
    summary = Summary(upload.name)
    with reading(path_of(upload), _plan(upload)) as found:
        summary.unmapped = list(found.unmapped)
        batches = iter(found.batches)
        for batch in batches:
            summary.rows += len(batch.signals) + len(batch.refused) + batch.skipped
            summary.skipped += batch.skipped
            summary.note(batch.signals, clock.now())
            summary.refuse(batch.refused)
            if summary.rows >= _LOOKED_AT:
                break
        return summary, not list(islice(batches, 1))


def _finish(upload: Upload, state: str, told: dict[str, object]) -> None:
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(state=state, finished_at=clock.now(), told=told)
    _remove(path_of(upload))


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
