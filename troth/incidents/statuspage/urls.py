"""Addresses as Statuspage has them below /v1/; each also with `.json`."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, re_path

from troth.incidents.statuspage import (
    events,
    figures,
    groups,
    learned,
    pages,
    parts,
    readers,
    uptimes,
)
from troth.incidents.statuspage.doors import door

_PAGE = r"^pages/(?P<page>[A-Za-z0-9_-]{1,60})"
_UID = r"[a-z0-9]{12}"


def _at(path: str, view: Callable[..., HttpResponse]) -> URLPattern:
    return re_path(rf"{_PAGE}/{path}(?:\.json)?/?$", view)


_ONE = rf"(?P<uid>{_UID})"
_READER = r"(?P<one>sub_[0-9a-z]{26})"
urlpatterns = [
    re_path(r"^pages(?:\.json)?/?$", door(get=pages.listed)),
    re_path(rf"{_PAGE}(?:\.json)?/?$", door(get=pages.one)),
    _at("components", door(get=parts.listed, post=parts.declare)),
    _at(rf"components/{_ONE}", door(get=parts.one, patch=parts.change, put=parts.change,
                                    delete=parts.retire)),
    _at(rf"components/{_ONE}/uptime", door(get=uptimes.one)),
    _at("component-groups", door(get=groups.listed, post=groups.declare)),
    _at(rf"component-groups/{_ONE}", door(get=groups.one, patch=groups.change, put=groups.change,
                                          delete=groups.retire)),
    _at("incidents", door(get=events.listed, post=events.open_)),
    _at(r"incidents/(?P<which>unresolved|scheduled|upcoming|active_maintenance)",
        door(get=events.listed)),
    _at(rf"incidents/{_ONE}", door(get=events.one, patch=events.go_on, put=events.go_on,
                                   delete=events.keep)),
    _at(rf"incidents/{_ONE}/incident_updates/(?P<update>{_UID})",
        door(patch=events.correct, put=events.correct)),
    _at("metrics/data", door(ingest=figures.many)),
    _at(r"metrics/(?P<metric>[A-Za-z0-9._-]{1,100})/data", door(ingest=figures.one)),
    _at("subscribers", door(get=readers.listed, post=readers.subscribe)),
    _at("subscribers/count", door(get=readers.counts)),
    _at("subscribers/histogram_by_state", door(get=readers.by_state)),
    _at("subscribers/unsubscribed", door(get=readers.unsubscribed)),
    _at("subscribers/unsubscribe", door(post=readers.end_many)),
    _at("subscribers/resend_confirmation", door(post=readers.ask_many)),
    _at(rf"subscribers/{_READER}", door(get=readers.one, patch=readers.change, put=readers.change,
                                        delete=readers.end)),
    _at(rf"subscribers/{_READER}/resend_confirmation", door(post=readers.ask_again)),
    _at(rf"incidents/{_ONE}/postmortem",
        door(get=learned.one, put=learned.write, patch=learned.write, delete=learned.drop)),
    _at(rf"incidents/{_ONE}/postmortem/publish", door(put=learned.publish)),
    _at(rf"incidents/{_ONE}/postmortem/revert", door(put=learned.revert)),
    _at(rf"incidents/{_ONE}/subscribers", door(get=readers.listed, post=readers.subscribe)),
    _at(rf"incidents/{_ONE}/subscribers/{_READER}", door(get=readers.one, delete=readers.end)),
    _at(rf"incidents/{_ONE}/subscribers/{_READER}/resend_confirmation",
        door(post=readers.ask_again)),
]  # fmt: skip
