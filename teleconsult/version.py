"""The version of the product."""

VERSION = "0.1.0"
"""Shown on every page and print."""
