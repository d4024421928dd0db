"""`concertmaster fleet`: which repositories use the framework, a run over them, and where all of them stand."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from concertmaster.cli import options
from concertmaster.cli.groups import Ordered
from concertmaster.forgetting import take_secret
from concertmaster.messages.fleet import failed, malformed_name, no_token
from concertmaster.outcome import CLEAN, NOT_ANALYSED

if TYPE_CHECKING:
    from concertmaster.github.client import Client

TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of a variable
_SERVER = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@click.group(cls=Ordered, short_help="Find, check and upgrade the repositories of an organization.")
def fleet() -> None:
    """Many repositories: find those of an organization, run over them, and fold the results."""


@fleet.command(short_help="Print the matrix of a workflow over an organization.")
@click.option("--organization", required=True, help="Whose repositories are looked through.")
@click.option("--topic", multiple=True, help="Only repositories with this topic. May be repeated.")
@click.option("--folder", multiple=True, help="Also look for manifests in this folder. May be repeated.")
@click.option("--archived", is_flag=True, help="Also archived repositories.")
@click.option("--forks", is_flag=True, help="Also forks.")
@click.option("--templates", is_flag=True, help="Also templates.")
@click.option(
    "--shards",
    type=click.IntRange(min=1, max=256),
    help="Jobs in the matrix; one for 20 repositories if none.",
)
@click.option("--part", help="Only one of several parts, such as 1/2.")
@click.option("--resume", type=options.PATH, help="Keep what is known in this file, and go on from there.")
def plan(
    *,
    organization: str,
    topic: tuple[str, ...],
    folder: tuple[str, ...],
    archived: bool,
    forks: bool,
    templates: bool,
    shards: int | None,
    part: str | None,
    resume: Path | None,
) -> int:
    """Print the matrix of a workflow: the repositories of an organization that use orchestrator-core.

    GITHUB_TOKEN must be a token that may read them. What was found is told on the error stream.
    """
    from concertmaster.fleet.discovery import carry_on
    from concertmaster.fleet.keeping import keep, resumed
    from concertmaster.fleet.matrix import matrix, part_of
    from concertmaster.fleet.model import Survey, wanted_of
    from concertmaster.github.refusals import GitHubError
    from concertmaster.report.markdown import count

    wanted = wanted_of(
        organization,
        topic,
        folder,
        archived=archived,
        forks=forks,
        templates=templates,
    )
    part_of((), part)
    before = resumed(resume, wanted) if resume else Survey(wanted)
    client = _client()
    try:
        known = carry_on(
            client, before, lambda now: keep(resume, now) if resume else None, kept=resume is not None
        )
    except GitHubError as error:
        raise failed("The organization's repositories could not be listed.", str(error)) from None
    finally:
        client.close()
    names = part_of([item.repository for item in known.found], part)
    click.echo(matrix(names, shards))
    seen = f"{len(known.found):,} of {count(known.listed, 'repository', 'repositories')}"
    click.echo(
        f"{seen} use orchestrator-core; {known.skipped:,} left out, {count(client.calls, 'call')}.", err=True
    )
    for name in known.unread:
        click.echo(f"Not looked into, since GitHub did not give its files: {name}", err=True)
    return NOT_ANALYSED if known.unread else CLEAN


@fleet.command("run", short_help="Check or upgrade repositories as GitHub has them.")
@click.argument("repositories", nargs=-1, required=True, help="Repositories with their owners.")
@click.option("--output", type=options.PATH, required=True, help="The folder that gets a result for each.")
@click.option("--mode", default="check", help="`check`, or `upgrade` to make pull requests.")
@click.option("--target", help="A release, `newest`, `newest-of-major` or `next-hop`.")
@click.option("--dry-run", is_flag=True, help="In an upgrade, write nothing to GitHub.")
@options.offline
def run_(
    *,
    repositories: tuple[str, ...],
    output: Path,
    mode: str,
    target: str | None,
    dry_run: bool,
    offline: bool,
) -> int:
    """Check or upgrade repositories as GitHub has them; nothing is cloned, and nothing of them is run.

    Findings do not fail the run: it ends with 3 where a repository could not be judged.
    """
    from concertmaster.fleet.running import FleetMode, look_at, named
    from concertmaster.github.refusals import GitHubError
    from concertmaster.github.upgrade_pull import Wishes
    from concertmaster.index.supply import Supply
    from concertmaster.report.markdown import visible
    from concertmaster.upgrading.tools import Toolbox

    if mode not in tuple(FleetMode):
        raise malformed_name("--mode", mode, "check or upgrade")
    names = named(repositories)
    client, ended = _client(), CLEAN
    supply, tools = Supply.of(os.environ, offline=offline), Toolbox(environment=os.environ)
    wishes = Wishes(target=target, server=_server(), supply=supply, tools=tools)
    try:
        for done in look_at(client, names, wishes, FleetMode(mode), output, dry_run=dry_run):
            told = visible(f"{done.repository}: {done.told}")
            click.echo(told.replace("##[", "## [").replace("::", ": :"))
            ended = ended if done.is_judged else NOT_ANALYSED
    except GitHubError as error:
        raise failed("The repositories could not be read.", str(error)) from None
    finally:
        client.close()
    return ended


@fleet.command(short_help="Fold results into a table and a page.")
@click.argument(
    "results",
    nargs=-1,
    required=True,
    type=options.PATH,
    help="Files, or folders with files that end in .json.",
)
@click.option("--html", type=options.PATH, help="Write the page with the picture to this file.")
def report(*, results: tuple[Path, ...], html: Path | None) -> int:
    """Fold results of `fleet run`, or of `check --format json`, into a table as Markdown and a page.

    It ends with 3 where a repository could not be judged.
    """
    from concertmaster.fleet.results import standings
    from concertmaster.fleet.telling import as_html, as_markdown

    items, server = standings(results), _server()
    if html is not None:
        from concertmaster.writer import write

        write(html.parent, html.name, as_html(items, server=server).encode("utf-8", "replace"))
    if sys.stdout.isatty():
        from concertmaster.fleet.showing import print_standings
        from concertmaster.report.screen import console

        print_standings(console(os.environ), items)
    else:
        click.echo(as_markdown(items, server=server), nl=False)
    return NOT_ANALYSED if any(item.problem or item.unanalysed for item in items) else CLEAN


def _server() -> str:
    """Where pages link to."""
    found = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
    if not _SERVER.fullmatch(found):
        raise malformed_name("GITHUB_SERVER_URL", found, "an address such as https://github.com")
    return found


def _client() -> Client:
    """The API with the token of the environment, which nothing that is started later sees."""
    from concertmaster.github.client import PUBLIC_API, connect

    token = os.environ.get(TOKEN, "").strip()
    take_secret(TOKEN)
    if not token:
        raise no_token(TOKEN)
    return connect(token, os.environ.get("GITHUB_API_URL") or PUBLIC_API)
