"""The store as a page of plain Python: what every adapter must agree with. Written from the rules.

Nothing here comes from the product but the envelope's shape: lists, loops and comparisons.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace


@dataclass
class Version:
    signal: object
    recorded_at: datetime
    seq: int
    subject: str | None

    @property
    def key(self):
        return self.signal.key or self.signal.id or "content"

    @property
    def rank(self):
        return (self.signal.version, self.recorded_at, self.seq)

    @property
    def moment(self):
        return (self.recorded_at, self.seq)


def nameless(signal):
    return replace(signal, subject=None)


@dataclass
class Known:
    """All versions that were kept, in the order of sealing, and what was forgotten."""

    subject_key: bytes
    versions: list[Version] = field(default_factory=list)
    forgotten: list[tuple[str, datetime]] = field(default_factory=list)

    def hashed(self, subject):
        if subject is None:
            return None
        return hashlib.blake2b(subject.encode(), key=self.subject_key, digest_size=16).hexdigest()

    def seal(self, arrivals):
        """Take (signal, recorded_at, seq) in the order of recording; return how many repeat."""
        repeats = 0
        for signal, recorded_at, seq in sorted(arrivals, key=lambda each: each[1:]):
            version = Version(signal, recorded_at, seq, self.hashed(signal.subject))
            if self._repeats(version):
                repeats += 1
            else:
                self.versions.append(version)
        return repeats

    def _case(self, source, key):
        return [v for v in self.versions if (v.signal.source, v.key) == (source, key)]

    def _repeats(self, new):
        case = self._case(new.signal.source, new.key)
        if new.signal.id is not None:
            return any(v.signal.id == new.signal.id for v in case)
        same_version = [v for v in case if v.signal.version == new.signal.version]
        return (
            bool(same_version)
            and same_version[-1].signal.id is None
            and nameless(same_version[-1].signal) == nameless(new.signal)
            and self.shown(same_version[-1]) == self.shown(new)
        )

    def shown(self, version):
        for text, at in self.forgotten:
            if version.subject == text and version.recorded_at <= at:
                return None
        return version.subject

    def counts(self, version, as_of):
        """Say whether a version is the one that counts at an instant (None: now)."""
        known = [v for v in self.versions if as_of is None or v.recorded_at <= as_of]
        if version not in known:
            return False
        mine = [
            v for v in known if (v.signal.source, v.key) == (version.signal.source, version.key)
        ]
        if max(mine, key=lambda v: v.rank) is not version:
            return False
        claims = [
            v
            for v in known
            if v.signal.source == version.signal.source
            and v.signal.supersedes == version.key
            and v.key != version.key
        ]
        for claim in claims:
            answers = [
                v
                for v in mine
                if v.signal.supersedes == claim.key and claim.moment < v.moment <= version.moment
            ]
            if not answers:
                return False
        return True

    def current(self, as_of=None):
        return [v for v in self.versions if self.counts(v, as_of)]
