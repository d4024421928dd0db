"""Pages that stand alone: one file each, which loads nothing from elsewhere and shows hostile text as text."""

from __future__ import annotations

from concertmaster.report.html.checklist import render_plan
from concertmaster.report.html.project import Chapter, render_project
from concertmaster.report.html.review import ShownComment, render_review

__all__ = ["Chapter", "ShownComment", "render_plan", "render_project", "render_review"]
