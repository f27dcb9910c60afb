from troth.metrics.outcomes.visits import direct
from troth.metrics.recipes import Input, Recipe

direct_visits = Recipe(
    title="Direct visits",
    formula=direct,
    inputs={
        "visits": Input(
            over="visit",
            fields={"who": None, "referrer": "segment.referrer", "medium": "segment.medium"},
        )
    },
    options={"own": ""},
    doc=(
        "Visits that come straight to us, without a search engine, a network or a link, among all "
        "from outside. segment.referrer is an address or a host, segment.medium what a link of "
        "our own says (utm_medium)."
    ),
)
