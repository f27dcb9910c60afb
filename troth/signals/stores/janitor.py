"""What nobody needs any more: replaced files, files of crashed work, hashes of the forgotten."""

from datetime import datetime, timedelta

from troth.core import steps
from troth.signals.models import Erasure, Inbox, SegmentFile
from troth.signals.stores import manifest

GRACE = timedelta(minutes=10)  # a reader that has listed a file may read it for so long
ORPHANED = timedelta(hours=1)  # no sealing or merging takes so long


def clean(*, now: datetime) -> int:
    """Delete files that were replaced a while ago, and such as never came to count."""
    gone = SegmentFile.objects.filter(removed_at__lt=now - GRACE)
    for path in gone.values_list("path", flat=True):
        (manifest.folder() / path).unlink(missing_ok=True)
    steps.reached("compact.old-files-removed")
    removed, _ = gone.delete()
    return removed + _orphans(now)


def _orphans(now: datetime) -> int:
    known = set(SegmentFile.objects.values_list("path", flat=True))
    root, limit, removed = manifest.folder(), (now - ORPHANED).timestamp(), 0
    for path in root.rglob("*.parquet"):
        if str(path.relative_to(root)) not in known and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def settle_erasures(*, now: datetime) -> None:
    """Empty the hashes that no file holds any more; call it when no file that counts does."""
    for erasure in Erasure.objects.filter(done_at=None):
        until = round(erasure.at.timestamp() * 1_000_000)
        removed = SegmentFile.objects.exclude(removed_at=None).filter(first_recorded__lte=until)
        if not removed.exists() and not Inbox.objects.filter(recorded_at__lte=erasure.at).exists():
            erasure.subject_hash, erasure.done_at = "", now
            erasure.save(update_fields=["subject_hash", "done_at"])
