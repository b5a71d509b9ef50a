"""The case, from draft to conclusion."""
