"""/desk/messages/: what was told, to whom, through what, and in which words."""

from django.urls import path

from troth.notify.views import (
    composing,
    composing_out,
    deliveries,
    duty,
    followers,
    outlets,
    threads,
    words,
)

app_name = "messages"
urlpatterns = [
    path("", threads.index, name="threads"),
    path("stories/<str:uid>/", threads.show, name="thread"),
    path("stories/<str:uid>/acknowledgement/", threads.acknowledge, name="acknowledge"),
    path("stories/<str:uid>/over/", threads.over, name="alarm_over"),
    path("written/", composing.index, name="drafts"),
    path("written/new/", composing.new, name="new_draft"),
    path("written/<str:uid>/", composing.edit, name="draft"),
    path("written/<str:uid>/preview/", composing_out.preview, name="draft_preview"),
    path("written/<str:uid>/mail/", composing_out.mail, name="draft_mail"),
    path("written/<str:uid>/earlier/", composing.earlier, name="draft_earlier"),
    path("written/<str:uid>/<slug:verb>/", composing_out.act, name="draft_act"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("deliveries/file/", deliveries.file, name="deliveries_file"),
    path("deliveries/replay/", deliveries.replay_all, name="replay_all"),
    path("deliveries/<int:number>/", deliveries.show, name="delivery"),
    path("deliveries/<int:number>/replay/", deliveries.replay, name="replay"),
    path("subscribers/", followers.index, name="readers"),
    path("subscribers/file/", followers.bring, name="readers_file"),
    path("suppressions/", followers.alone, name="alone"),
    path("suppressions/<int:number>/", followers.let_go, name="let_go"),
    path("subscribers/<str:uid>/", followers.show, name="reader"),
    path("subscribers/<str:uid>/end/", followers.end, name="reader_end"),
    path("outlets/", outlets.index, name="outlets"),
    path("outlets/new/", outlets.channels, name="channels"),
    path("outlets/new/<str:channel>/", outlets.new, name="new_outlet"),
    path("outlets/<slug:slug>/", outlets.edit, name="outlet"),
    path("outlets/<slug:slug>/pause/", outlets.pause, name="pause"),
    path("outlets/<slug:slug>/retirement/", outlets.retirement, name="retirement"),
    path("words/", words.edit, name="words"),
    path("words/html/", words.html, name="words_html"),
    path("on-call/", duty.index, name="duty"),
    path("on-call/routes/new/", duty.new_route, name="new_route"),
    path("on-call/routes/<str:uid>/end/", duty.route_end, name="route_end"),
    path("on-call/escalations/new/", duty.new_escalation, name="new_escalation"),
    path("on-call/escalations/<slug:slug>/", duty.escalation, name="escalation"),
    path("on-call/escalations/<slug:slug>/end/", duty.escalation_end, name="escalation_end"),
]
