from typing import Any

from django.db import models


class OfContact(models.CharField):  # type: ignore[type-arg]  # Django's own has none at run time
    """What the contact says, kept in the subscription's own row: lists are sifted by it.

    It is written with every save of the whole row, and by `bulk_create`. Whoever changes it on the
    contact changes it here in the same transaction.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ANN401, ARG002, FBT001 - Django's own
        value = getattr(model_instance.contact, self.attname)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's own
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
