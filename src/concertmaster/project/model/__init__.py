"""Workflows, products, migrations and translations of a project as one model, read without running anything."""

from __future__ import annotations

from concertmaster.project.model.place import Place
from concertmaster.project.model.project import ProjectModel
from concertmaster.project.model.repository import models_of
from concertmaster.project.model.translations import is_labels

__all__ = ["Place", "ProjectModel", "is_labels", "models_of"]
