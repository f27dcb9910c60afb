"""That a fade of the floors below was answered."""

from django.db import models

from troth.incidents.models.incident import Incident


class FadeAnswer(models.Model):
    """Whether our people were rung for a fade, how far it had grown then, and what was made of it.

    `why` is rung, old, over, quiet (nothing that rings), or asked: somebody answered it first.
    """

    fade = models.OneToOneField(
        "metrics.Fade", on_delete=models.CASCADE, related_name="incident_answer"
    )
    why = models.CharField(max_length=10)
    growth = models.IntegerField(default=0)
    over_at = models.DateTimeField(null=True)  # when those who were rung heard that it is over
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.SET_NULL, related_name="fade_answers"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"fade {self.fade_id}: {self.why}"
