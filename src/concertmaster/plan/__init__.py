"""What a person must do around an upgrade: the hops to make, and the operations that this project needs."""

from __future__ import annotations

from concertmaster.plan.evidence import is_evidence
from concertmaster.plan.model import Hop, Item, Phase, Place, Plan
from concertmaster.plan.planning import make_plan

__all__ = ["Hop", "Item", "Phase", "Place", "Plan", "is_evidence", "make_plan"]
