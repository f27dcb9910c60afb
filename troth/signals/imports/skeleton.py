"""A mapping to begin with: it lists a file's columns and leaves every decision open."""

from collections.abc import Sequence

_TEXT = """\
# Replace each … and look again. The columns of the file:
# {columns}
times:
  zone: …            # the time zone of the file, such as Europe/Berlin
  # format: "%d.%m.%Y %H:%M"
signal:
  source: …          # who says so, such as shop
  kind: …            # what it is about, such as delivery
  key: "{{{first}}}"   # what names the case
  happened_at: …     # a column in braces, such as "{{{first}}}"
  # due_at: …        # by when it was promised
  # resolved_at: …   # when it was done
  segment: {{}}
"""


def skeleton(columns: Sequence[str]) -> str:
    """Return YAML to fill in, or nothing where the columns are not known."""
    if not columns:
        return ""
    named = ", ".join(f"{{{name}}}" for name in columns[:100])
    return _TEXT.format(first=columns[0], columns=named)
