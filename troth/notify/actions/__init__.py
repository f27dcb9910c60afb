"""What changes messages, subscriptions and the outbox."""
