"""How a report is announced to those who hear of reports, in the language of each."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from troth.desk.reporting import periods
from troth.desk.reporting.periods import Period


def title(period: Period, language: str) -> str:
    """Return the sentence that says that the report of a period is made."""
    with override(language):
        said = {
            periods.WEEKLY: _("Weekly pillar audit %(period)s is made"),
            periods.MONTHLY: _("Loyalty health %(period)s is made"),
            periods.QUARTERLY: _("Business reviews %(period)s are made"),
        }
        return said[period.kind] % {"period": period.label}
