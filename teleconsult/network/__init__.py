"""Health units and specialties: the network as data."""
