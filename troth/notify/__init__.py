"""How we reach someone: channels, subscriptions, and an outbox that survives a crash."""
