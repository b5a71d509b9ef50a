"""The triage desk, and the distribution of cases to consultants on shift."""
