from django.apps import AppConfig


class PageConfig(AppConfig):
    name = "troth.page"
    default_auto_field = "django.db.models.BigAutoField"
