from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "troth.components"
    default_auto_field = "django.db.models.BigAutoField"
