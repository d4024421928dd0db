"""Plans an upgrade: which release, which commits with which files, and what is left for a person."""

from __future__ import annotations

from concertmaster.upgrading.candidates import Limits
from concertmaster.upgrading.model import Commit, Note, Pin, UpgradePlan, branch_of, target_of
from concertmaster.upgrading.planning import over, plan_upgrade
from concertmaster.upgrading.target import NEWEST, NEWEST_OF_MAJOR, NEXT_HOP, choose_target, target_for

__all__ = [
    "NEWEST",
    "NEWEST_OF_MAJOR",
    "NEXT_HOP",
    "Commit",
    "Limits",
    "Note",
    "Pin",
    "UpgradePlan",
    "branch_of",
    "choose_target",
    "over",
    "plan_upgrade",
    "target_for",
    "target_of",
]
