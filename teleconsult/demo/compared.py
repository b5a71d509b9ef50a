"""The comparison of ways of distributing that the management of the demonstration sees."""

from teleconsult import clock
from teleconsult.extensions import transaction
from teleconsult.routing import queries_replay
from teleconsult.routing.replay import simulated

SEED, LOAD, CONSULTANTS = 1, 0.85, 15
"""A small network: the demonstration is loaded in seconds."""


def compare() -> None:
    """Keep a comparison over simulated weeks; opens its own transaction."""
    rows = simulated("ours", SEED, LOAD, CONSULTANTS)
    with transaction():
        queries_replay.keep("simulation", f"{SEED} {LOAD:.2f} {CONSULTANTS}", rows, 0, clock.now())
