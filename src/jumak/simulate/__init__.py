"""A believable day, played against a shop through its public messages only.

Every guest, cook and delivery rider is a life: an async generator that acts and yields how many
minutes pass until it acts again. `Day` runs them one at a time in the order of those minutes, so
that a seed and a clock decide everything.
"""

from jumak.simulate.day import Plan, simulate
from jumak.simulate.house import Asking, Refusal, Summary
from jumak.simulate.pace import Pace, WallPace

__all__ = ["Asking", "Pace", "Plan", "Refusal", "Summary", "WallPace", "simulate"]
