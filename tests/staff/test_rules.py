import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.staff import rules


def test_roles_stand_in_order():
    assert [[rules.may(role, needed) for needed in rules.ROLES] for role in rules.ROLES] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]


@given(st.text())
def test_an_unknown_role_may_nothing(role):
    if role not in rules.ROLES:
        assert not any(rules.may(role, needed) for needed in rules.ROLES)


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        (["ingest"], {"ingest"}),
        (["read"], {"read"}),
        (["write"], {"read", "write"}),
        (["ingest", "read"], {"ingest", "read"}),
        ([], set()),
    ],
)
def test_who_may_write_may_read_and_nothing_else_follows(scopes, may):
    assert {scope for scope in rules.SCOPES if rules.covers(scopes, scope)} == may


@pytest.mark.parametrize(
    ("bound", "source", "may"),
    [
        ([], "anything", True),
        (["shop"], "shop", True),
        (["shop"], "shop2", False),
        (["shop/*"], "shop/berlin", True),
        (["shop/*"], "shop", False),
        (["a", "b*"], "bc", True),
    ],
)
def test_a_token_sends_for_its_sources_only(bound, source, may):
    assert rules.may_send(bound, source) is may


def test_what_sounds_like_a_secret_is_not_kept_however_deep():
    values = {"name": "x", "Password": "p", "more": {"api_token": "t", "list": [{"key": 1}]}}
    assert rules.without_secrets(values) == {
        "name": "x",
        "Password": rules.HIDDEN,
        "more": {"api_token": rules.HIDDEN, "list": [{"key": rules.HIDDEN}]},
    }
    assert rules.without_secrets(None) is None
