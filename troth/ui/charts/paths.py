"""Short numbers for path data."""


def short(value: float) -> str:
    """Return a coordinate with at most one decimal: 12.0 is "12", 3.25 is "3.2"."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")
