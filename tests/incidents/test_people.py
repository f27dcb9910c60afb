"""Who it is: the same person by a screen, by its wrapper and by the row itself."""

import importlib

import pytest
from django.apps import apps
from django.utils.functional import SimpleLazyObject
from scene import MINUTE, NOON, opened

from troth.incidents import actions
from troth.incidents.actions import Message, NeedsSecond
from troth.incidents.actions.asked import key_of
from troth.incidents.models import Update


def test_a_requests_user_is_that_person(ben, ada):
    assert key_of(SimpleLazyObject(lambda: ben)) == key_of(ben) == f"User:{ben.pk}"
    assert key_of(ada) != key_of(ben)
    assert key_of("Ben") == "name:Ben"


@pytest.mark.mission("S3.6")
def test_who_wrote_by_a_screen_cannot_approve_by_another_way(ben, ada):
    row = opened(two_person=False)
    row.two_person = True
    row.save()
    wrapped = SimpleLazyObject(lambda: ben)
    said = actions.update(uid=row.uid, message=Message(body="Found."), by=wrapped, now=NOON)
    with pytest.raises(NeedsSecond):
        actions.approve(update_uid=said.uid, by=ben, now=NOON + MINUTE)
    actions.approve(update_uid=said.uid, by=ada, now=NOON + MINUTE)


def test_what_was_written_before_keeps_its_writer(ben):
    row = opened()
    Update.objects.filter(incident=row).update(written_by=f"SimpleLazyObject:{ben.pk}")
    name = "troth.incidents.migrations.0004_writers_by_their_own_name"
    importlib.import_module(name).name_people(apps, None)
    assert Update.objects.get(incident=row).written_by == key_of(ben)
