"""The person a case is about."""
