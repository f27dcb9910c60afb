from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "troth.plan"
    default_auto_field = "django.db.models.BigAutoField"
