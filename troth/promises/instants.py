"""Instants as the command line takes them."""

from datetime import UTC, datetime

import click


class Instant(click.ParamType[datetime]):
    """An instant with its offset, or a date: its first moment in UTC."""

    name = "instant"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no instant; write 2026-01-31 or 2026-01-31T18:00+01:00")
        if len(value) > len("2026-01-31") and found.tzinfo is None:
            self.fail(f"“{value}” needs its offset: end it in Z or for example +01:00", param, ctx)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
