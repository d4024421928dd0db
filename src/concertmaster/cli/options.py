"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[list[Path] | None, typer.Argument(help="Files and folders; the current folder if none.")]
From = Annotated[
    str | None, typer.Option("--from", help="The release that is installed; else read from the project.")
]
Target = Annotated[str | None, typer.Option(help="The release to judge against; else the newest one known.")]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        envvar="CONCERTMASTER_OFFLINE",
        help="Ask no package index for the names of releases that are not known yet.",
    ),
]
Select = Annotated[
    list[str] | None, typer.Option(help="Only these rules. May be repeated, or comma-separated.")
]
Ignore = Annotated[
    list[str] | None, typer.Option(help="Not these rules. May be repeated, or comma-separated.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Processes; as many as there are processors if not given.")
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache",
        envvar="CONCERTMASTER_NO_CACHE",
        help="Judge every file, whatever an earlier run has said of it.",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Tell findings alone: no tables, no summary, no progress.")
]
