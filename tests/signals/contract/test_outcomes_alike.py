"""The same outcomes whichever engine keeps the signals."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from tests.metrics.outcomes.conftest import YEAR
from tests.metrics.outcomes.conftest import signal as signal  # noqa: PLC0414 - a fixture
from tests.signals.contract.conftest import empty
from troth.metrics import queries
from troth.metrics.outcomes import telling
from troth.signals import actions
from troth.signals import queries as signals

NAMES = ("nps", "csat", "aov", "repeat_purchase", "retention", "rating_gap", "first_response",
         "click_through", "direct_visits", "exposure", "trust_link", "price_premium")  # fmt: skip


def shop(signal):
    """Return signals of every sort, with what is awkward: quotes, nulls, revisions, no subject."""
    told = []
    for n in range(60):
        due = YEAR.start + timedelta(days=n % 50 + 3)
        kept = {"due_at": due, "resolved_at": due + timedelta(hours=n % 7 - 3)}
        told.append(signal("order", f"c{n}", days=n % 50, key=f"o{n}", value=10.5 * n, unit="EUR",
                           expected=11.0 * n, segment={"shop": "l'été"}, **kept))  # fmt: skip
        told.append(signal("review", key=f"r{n}", days=60, value=n % 5 + 1,
                           segment={"order": f"o{n}"}))  # fmt: skip
        told.append(signal("survey.csat", value=n % 6))
        told.append(signal("survey.nps", value=n % 11, days=n))
        told.append(signal("ticket.reply", days=n, resolved_at=YEAR.start + timedelta(days=n + 2)))
        told.append(signal("mail.delivered", key=f"m{n}", days=2))
        told.append(signal("visit", f"c{n}", days=3, segment={"referrer": "bing.com"} if n % 3
                           else {}))  # fmt: skip
    told += [signal("order", f"c{n}", days=250, value=5, unit="EUR") for n in range(0, 60, 2)]
    told += [signal("mail.clicked", days=3, segment={"message": f"m{n}"}) for n in range(9)]
    told.append(signal("order", key="o1", value=999, unit="EUR", version=2, days=1))
    return [*told, signal("order", None, days=9, value=1)]


def ask(name):
    found = telling.as_json(queries.outcome(name, span=YEAR, at=YEAR.end))
    by = [telling.as_json(one) for one in
          queries.outcomes_by(name, by="shop", span=YEAR, at=YEAR.end)]  # fmt: skip
    mine = queries.outcome(name, span=YEAR, at=YEAR.end, segment={"shop": "l'été"})
    return found, by, telling.as_json(mine)


@pytest.mark.clickhouse
@pytest.mark.django_db
def test_duckdb_and_clickhouse_give_the_same_outcomes(addresses, settings, tmp_path, signal):
    told = shop(signal)
    found = []
    for name in ("embedded", "chdb"):
        settings.TROTH = replace(
            django_settings.TROTH, signal_store=addresses[name], data_dir=tmp_path / name
        )
        empty()
        actions.accept(batches=[told], door="test", now=YEAR.end)
        actions.seal(now=YEAR.end)
        assert type(signals.store()).__name__ == {"embedded": "Embedded"}.get(name, "ClickHouse")
        found.append({each: ask(each) for each in NAMES})
    for name in NAMES:
        assert found[0][name] == found[1][name], name
    shown = [name for name in NAMES if found[0][name][0]["state"] == "shown"]
    assert len(shown) >= 8
