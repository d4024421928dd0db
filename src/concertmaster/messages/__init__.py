"""Every error that a user can see: what happened, why, what to do, and where to read on.

One module for each topic; those of GitHub and of the index are imported from theirs.
"""

from __future__ import annotations

from concertmaster.messages.base import UserError as UserError
from concertmaster.messages.project import git_failed as git_failed
from concertmaster.messages.project import malformed_configuration as malformed_configuration
from concertmaster.messages.project import missing_path as missing_path
from concertmaster.messages.project import no_files as no_files
from concertmaster.messages.project import no_framework as no_framework
from concertmaster.messages.project import not_a_repository as not_a_repository
from concertmaster.messages.project import unknown_release as unknown_release
from concertmaster.messages.project import unknown_revision as unknown_revision
from concertmaster.messages.project import unknown_rule as unknown_rule
from concertmaster.messages.project import unmapped as unmapped
from concertmaster.messages.project import unwritable_report as unwritable_report
from concertmaster.messages.setup import outside_of_repository as outside_of_repository
from concertmaster.messages.setup import unknown_feature as unknown_feature
from concertmaster.messages.upgrade import faulty_release as faulty_release
from concertmaster.messages.upgrade import no_listed_prereleases as no_listed_prereleases
from concertmaster.messages.upgrade import no_release_dates as no_release_dates
from concertmaster.messages.upgrade import nothing_to_raise as nothing_to_raise
