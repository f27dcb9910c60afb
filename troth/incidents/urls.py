from django.urls import path, re_path

from troth.incidents.views import (
    acting,
    breaching,
    composing,
    deciding,
    deploying,
    learning,
    listing,
    maintaining,
    showing,
)

app_name = "incidents"
# /desk/status/incidents/<uid>/…
_ONE = r"^incidents/(?P<uid>[a-z0-9]{12})/"
_UPDATE = rf"{_ONE}updates/(?P<update>[a-z0-9]{{12}})/"
_PLANNED = r"^maintenance/(?P<uid>[a-z0-9]{12})/"
urlpatterns = [
    path("incidents/", listing.index, name="index"),
    path("incidents/new/", composing.new, name="new"),
    re_path(rf"{_ONE}$", showing.show, name="show"),
    re_path(rf"{_ONE}draft/$", composing.redraft, name="redraft"),
    re_path(rf"{_ONE}(?P<way>update|resolve|reopen)/$", composing.say, name="say"),
    re_path(rf"{_ONE}discard/$", acting.throw_away, name="discard"),
    re_path(rf"{_ONE}restore/$", acting.take_back, name="restore"),
    re_path(rf"{_UPDATE}edit/$", acting.edit, name="edit_update"),
    re_path(rf"{_UPDATE}components/$", acting.correct, name="correct"),
    re_path(rf"{_UPDATE}approve/$", acting.approve, name="approve"),
    re_path(rf"{_UPDATE}discard/$", acting.throw_away, name="discard_update"),
    re_path(rf"{_UPDATE}restore/$", acting.take_back, name="restore_update"),
    re_path(rf"{_ONE}notes/$", acting.note, name="note"),
    re_path(rf"{_ONE}roles/$", acting.hand_over, name="hand_over"),
    re_path(rf"{_ONE}facts/$", acting.facts, name="facts"),
    re_path(rf"{_ONE}(?P<way>link|merge)/$", acting.relate, name="relate"),
    re_path(rf"{_ONE}links/(?P<other>[a-z0-9]{{12}})/end/$", acting.unlink, name="unlink"),
    re_path(rf"{_ONE}unmerge/$", acting.unmerge, name="unmerge"),
    # What we learned.
    re_path(rf"{_ONE}postmortem/$", learning.edit, name="postmortem"),
    re_path(rf"{_ONE}follow-ups/$", learning.promise, name="follow_up"),
    re_path(rf"{_ONE}follow-ups/(?P<number>[0-9]{{1,15}})/$", learning.complete, name="followed"),
    re_path(rf"{_ONE}moments/$", learning.moment, name="moment"),
    # With which deploy it began.
    re_path(rf"{_ONE}beginnings/$", deploying.began, name="began"),
    re_path(
        rf"{_ONE}beginnings/(?P<number>[0-9]{{1,15}})/end/$", deploying.began_not, name="began_not"
    ),
    # A breach of personal data.
    path("breaches/", breaching.index, name="breaches"),
    path("breaches/new/", breaching.report, name="breach_new"),
    re_path(rf"{_ONE}breach/$", breaching.learn, name="learn"),
    re_path(rf"{_ONE}notices/$", breaching.notify, name="notice"),
    re_path(rf"{_ONE}lifelines/$", breaching.watch, name="watch"),
    re_path(rf"{_ONE}letter/$", breaching.letter, name="letter"),
    # Planned work.
    path("maintenance/", maintaining.index, name="maintenance"),
    path("maintenance/new/", maintaining.plan, name="plan"),
    re_path(rf"{_PLANNED}step/$", maintaining.step, name="step"),
    re_path(rf"{_PLANNED}move/$", maintaining.move, name="move"),
    re_path(rf"{_PLANNED}cancel/$", maintaining.cancel, name="cancel"),
    re_path(r"^maintenance/series/(?P<uid>[a-z0-9]{12})/end/$", maintaining.end, name="series_end"),
    # What is decided beforehand.
    path("templates/", deciding.index, name="templates"),
    path("templates/new/", deciding.new, name="template_new"),
    path("templates/<slug:slug>/edit/", deciding.edit, name="template_edit"),
    path("templates/<slug:slug>/retirement/", deciding.retire, name="template_retire"),
    path("cadence/", deciding.cadence, name="cadence"),
]
