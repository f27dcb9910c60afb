"""What is asked of messages, subscriptions and the outbox."""
