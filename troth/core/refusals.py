"""How the API says no: one sentence, and the field it is about."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error in the code
    """Ends an API request with `status` and the body `{"error": message, "field": field}`."""

    def __init__(self, status: int, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field

    def body(self) -> dict[str, str]:
        named = {"field": self.field} if self.field else {}
        return {"error": self.message, **named}
