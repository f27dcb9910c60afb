"""How things travel: HTTP, SMTP, web push, Apprise. Everything that connects is here."""
