"""What a reader's browser asked for: which codings it takes, and what it has already."""

CODINGS = ("br", "zstd", "gzip")  # smallest first; all are written beside each file
SUFFIXES = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
IDENTITY = "identity"


def choose(accept: str, available: tuple[str, ...]) -> str:
    """Return the coding to answer with: the best-liked one, ours first where two are liked alike.

    `accept` is the Accept-Encoding header as sent; what cannot be read in it counts as refused.
    """
    wanted = _weights(accept)
    rest = wanted.get("*", 0.0)
    best, weight = IDENTITY, 0.0
    for coding in available:
        liked = wanted.get(coding, rest)
        if liked > weight:
            best, weight = coding, liked
    return best if weight >= wanted.get(IDENTITY, 0.0) else IDENTITY


def _weights(accept: str) -> dict[str, float]:
    found = {}
    for part in accept.lower().split(","):
        name, _, parameter = part.partition(";")
        found[name.strip()] = _quality(parameter)
    return found


def _quality(parameter: str) -> float:
    name, _, number = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        return min(1.0, max(0.0, float(number))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def has_it(if_none_match: str, etag: str) -> bool:
    """Say whether the If-None-Match header names `etag` (weak comparison, RFC 9110)."""
    if if_none_match.strip() == "*":
        return True
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return etag in tags
