"""Components as JSON: how they are and were, and what a person says of them."""

from ninja import Router

from troth.components.api import reading, saying

router = Router(tags=["components"])
for _part in (reading, saying):
    router.add_router("", _part.router)
