"""What each person is told: in the product, and by e-mail through the outbox."""
