"""Accounts, roles, permissions, sign-in and sessions."""
