"""Two at once: the database decides, and one of them is told no."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from troth.core import clock
from troth.staff import actions, queries
from troth.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*calls):
    """Call all at the same moment, each in a thread with a connection of its own."""
    together = Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            together.wait()
            return call()
        except (actions.LinkGone, actions.LastOwner) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_who_use_one_link_one_comes_in():
    url = actions.owner_link(now=clock.now())
    token = url.rstrip("/").rpartition("/")[2]

    def join(email):
        return lambda: actions.join(
            token=token, email=email, name="", password="a lamp by the door", now=clock.now()
        )

    answers = _at_once(join("ada@example.org"), join("eve@example.org"))
    assert User.objects.count() == 1
    assert answers.count(actions.LinkGone) == 1


def test_two_owners_who_demote_each_other_leave_one(ada, ben):
    actions.change_role(person=ben, role="owner", actor=ada, now=clock.now())

    def demote(person):
        return lambda: actions.change_role(
            person=person, role="viewer", actor=None, now=clock.now()
        )

    answers = _at_once(demote(ada), demote(ben))
    assert queries.owners().count() == 1
    assert answers.count(actions.LastOwner) == 1
