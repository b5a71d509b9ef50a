"""How fast the product is and how much memory it takes: `python -m bench` (docs/performance.md says how it is measured)."""
