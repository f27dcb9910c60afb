from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from troth.staff import rules


class Role(models.TextChoices):
    OWNER = rules.OWNER, "owner: everything, also people and tokens"
    EDITOR = rules.EDITOR, "editor: promises, exclusions, signals"
    SUPPORT = rules.SUPPORT, "support: looks up cases, notes exclusions"
    VIEWER = rules.VIEWER, "viewer: reads"


class People(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Someone who works here. People are suspended, never deleted: the trail names them."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    # How instants are entered: "Europe/Berlin"; empty is the installation's.
    zone = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["joined_at"]

    class Meta:
        ordering = ("email",)

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email

    @property
    def shown_name(self) -> str:
        return self.name or self.email

    def may(self, role: str) -> bool:
        return self.is_active and rules.may(self.role, role)


class Link(models.Model):
    """An address that lets someone in once. Only a hash is kept, so it cannot be shown again."""

    class Kind(models.TextChoices):
        OWNER = "owner"
        INVITATION = "invitation"
        PASSWORD = "password"  # noqa: S105 - the name of a kind

    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="password_links"
    )
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="links_made"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.kind} for {self.email or 'the first owner'}"


class ApiToken(models.Model):
    """A key for a program. The text is shown once; a prefix names it, a hash recognises it."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    sources = models.JSONField(default=list, blank=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="tokens")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at

    def may(self, scope: str) -> bool:
        return rules.covers(self.scopes, scope)

    def may_send(self, source: str) -> bool:
        return rules.may_send(self.sources, source)


class Unchangeable(Exception):  # noqa: N818 - said of the thing, not of a fault
    """The trail is written once: nothing in it is changed or removed."""


class Entries(models.QuerySet["AuditEntry"]):
    def update(self, **_values: object) -> NoReturn:
        raise Unchangeable

    def delete(self) -> NoReturn:
        raise Unchangeable

    def bulk_update(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise Unchangeable


class AuditEntry(models.Model):
    """One change: who did what to which thing, and how it was before and after."""

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="entries")
    actor_name = models.CharField(max_length=380)
    verb = models.CharField(max_length=60, db_index=True)
    thing = models.CharField(max_length=60)
    thing_id = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True)

    objects = Entries.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [models.Index(fields=["thing", "thing_id"], name="staff_entry_thing")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.said}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **kwargs)

    def delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise Unchangeable

    @property
    def said(self) -> str:
        """Return what was done in words; what one did to oneself needs no naming."""
        own = self.thing == "person" and self.thing_id and self.thing_id in self.actor_name
        return self.verb if own else f"{self.verb} {self.thing} {self.thing_id}".strip()

    @property
    def changes(self) -> list[tuple[str, object, object]]:
        """Return (field, before, after) for each field that differs, in alphabetical order."""
        before, after = self.before or {}, self.after or {}
        names = sorted(set(before) | set(after))
        pairs = ((name, before.get(name), after.get(name)) for name in names)
        return [each for each in pairs if each[1] != each[2]]
