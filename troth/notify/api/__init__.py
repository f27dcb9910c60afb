"""Who is told what, as JSON: subscribers in and out, and addresses that are left alone."""

from ninja import Router

from troth.notify.api import alone, files, readers

router = Router(tags=["subscribers"])
for _part in (files, readers, alone):
    router.add_router("", _part.router)
