"""The `coproweek` command: one function a subcommand. It reads the configuration, calls one room, says what happened.

Every import of weight is inside the function that needs it, so that `--help` answers at once. Decisions are not made
here. Exit codes: 0 all well; 1 some source failed, the rest is saved; 2 the configuration or the call is wrong.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector import __version__

if TYPE_CHECKING:
    import sqlite3

    from click._termui_impl import ProgressBar

    from collector.archive.journal import SourceRow
    from collector.campaign import Campaign, Configuration
    from collector.platforms.files import File
    from collector.rounds import SourceResult

SOME_FAILED = 1
LONG_WEEK_DAYS = 10
WRONG = 2
PORT = 8001
DEFAULT_CONFIG = Path("config.toml")


class Wrong(click.ClickException):
    """The configuration or the call is wrong: said in words, exit code 2."""

    exit_code = WRONG

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


class Failed(Wrong):
    """It was asked for rightly and could not be done: exit code 1."""

    exit_code = SOME_FAILED


config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="The configuration to use.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="coproweek")
def main() -> None:
    """Watch a public campaign week: collect its posts and blogs, look at them, send the report.

    \b
    Start here:
      coproweek up       collect on schedule and open the pages
      coproweek demo     the same pages with made-up data, to look around
      coproweek check    is config.toml right?

    What is watched stands in config.toml, which explains itself.
    """


# Helpers that several commands share ---------------------------------------------------------------------------------


def configured(path: Path) -> Configuration:
    """The configuration, or every mistake in it and exit code 2.

    Where somebody installed coproweek without a checkout there is no config.toml yet: the one that comes with it is
    written there, ready to be edited.
    """
    from collector.campaign import ConfigurationError, load

    if path == DEFAULT_CONFIG and not path.exists():
        path.write_bytes(shipped_configuration().read_bytes())
        click.echo(f"There was no config.toml here, so the one that comes with coproweek was written: {path.resolve()}")
    try:
        return load(path)
    except ConfigurationError as error:
        raise Wrong(str(error)) from error


def shipped_configuration() -> Path:
    """config.toml as it comes with coproweek: inside the installed package, or at the top of a checkout."""
    here = Path(__file__).parent
    return here / "config.toml" if (here / "config.toml").exists() else here.parent / "config.toml"


@contextlib.contextmanager
def in_words(configuration: Configuration | None = None) -> Iterator[None]:
    """No traceback reaches a user: known trouble is said in words, the unknown goes to a file beside the archive."""
    from collector.archive.connection import ArchiveError
    from collector.platforms import Trouble

    try:
        yield
    except click.exceptions.Exit:
        raise
    except (click.ClickException, click.Abort):
        raise
    except ArchiveError as error:
        raise Failed(str(error)) from error
    except Trouble as error:
        raise Failed(error.message) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. What was collected so far is saved.", err=True)
        sys.exit(130)
    except Exception as error:
        raise Failed(_logged(error, configuration)) from error


def _logged(error: Exception, configuration: Configuration | None) -> str:
    import traceback

    said = f"Something went wrong that coproweek did not expect: {type(error).__name__}: {error}."
    folder = Path(configuration.archive).parent if configuration else Path()
    log = folder / "coproweek-errors.log"
    try:
        # It may name posts and people, so it is as private as the archive.
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "a", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"{said} Please report it."
    return f"{said} Nothing that was saved is lost. The details are in {log}; please send them with your report."


def prepared(configuration: Configuration, *, to_read: bool = False) -> Path:
    """The archive, made if need be, knowing the configuration; its path.

    `to_read`: an archive that exists is left as it is, so that a look with another configuration changes nothing.
    """
    from collector.archive import campaigns
    from collector.archive.connection import connect
    from collector.rounds import clock
    from dashboards import figures

    archive = Path(configuration.archive)
    is_new = not archive.exists()
    archive.parent.mkdir(parents=True, exist_ok=True)
    conn = connect(archive, create=True)
    try:
        if is_new or not to_read:
            campaigns.sync(conn, configuration, clock())
        figures.migrate(conn)
    finally:
        conn.close()
    return archive


def demonstration_of(archive: Path) -> Path:
    return archive.with_name("demonstration.db")


def make_demonstration(archive: Path) -> Path:
    """The demonstration archive beside the archive, with its figures; made once, with a progress bar."""
    from collector import demonstration
    from collector.schedule import refresh_figures

    path = demonstration_of(archive)
    if path.exists():
        return path
    unfinished = path.with_name(path.name + ".unfinished")
    for leftover in path.parent.glob(unfinished.name + "*"):
        leftover.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    with click.progressbar(length=100, label="Making the demonstration archive (once)") as bar:
        demonstration.make(
            unfinished, now=demonstration.NOW, progress=lambda share: bar.update(int(share * 80) - bar.pos)
        )
        refresh_figures(unfinished, demonstration.NOW)
        bar.update(100 - bar.pos)
    os.replace(unfinished, path)
    return path


# The commands ------------------------------------------------------------------------------------------------------


@main.command()
@config_option
def check(config_path: Path) -> None:
    """Check config.toml: every mistake with its line and what to write instead."""
    configuration = configured(config_path)
    click.echo(f"{config_path}: no mistakes.")
    for campaign in configuration.campaigns:
        click.echo(_editions_in_words(campaign))
    click.echo(f"{len(configuration.sources)} sources are watched.")
    if not configuration.contact:
        click.echo(
            "No contact address is set. Blogs are collected all the same; "
            "please set `contact` so that people can reach you."
        )


def _editions_in_words(campaign: Campaign) -> str:
    """How many editions there are, and the newest one's dates said back, so that a wrong month is seen."""
    dated = [edition for edition in campaign.editions if edition.starts_on and edition.ends_on]
    undated = [str(edition.year) for edition in campaign.editions if not edition.starts_on]
    words = [f"{campaign.title}: {len(dated)} editions with dates."]
    if dated:
        newest = max(dated, key=lambda edition: edition.starts_on or date.min)
        assert newest.starts_on is not None and newest.ends_on is not None
        days = (newest.ends_on - newest.starts_on).days + 1
        first, last = (f"{day:%A} {day.day} {day:%B %Y}" for day in (newest.starts_on, newest.ends_on))
        words.append(f"The newest runs from {first} to {last}, {days} days.")
        if days > LONG_WEEK_DAYS:
            words.append("That is long for a week: is the month right?")
    if undated:
        words.append(f"No dates yet for {', '.join(undated)}; their posts wait.")
    return " ".join(words)


@main.command()
@click.argument("sources", nargs=-1)
@config_option
def collect(sources: tuple[str, ...], config_path: Path) -> None:
    """Run one round now, over all sources or those named by SOURCE (part of a title or address)."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector.archive import journal
        from collector.http import Client
        from collector.rounds import Worker, clock, is_offline, run_round
        from collector.schedule import refresh_figures, tidy, with_connection
        from collector.stop import Stop

        archive = prepared(configuration)
        rows = [row for row in with_connection(archive, journal.sources) if row.configured and not row.retired_at]
        chosen = _chosen(rows, sources)
        if not chosen:
            click.echo("No source is configured. Add a blog's address to config.toml under [[source]].")
            return
        with (
            Client(configuration.fetching, configuration.contact) as client,
            click.progressbar(length=len(chosen), label=f"Asking {len(chosen)} sources") as bar,
        ):
            results = run_round(
                Worker(configuration, client, clock, Stop()), chosen, on_result=lambda result: bar.update(1)
            )
        if is_offline(results):
            raise Failed(
                f"None of the {len(results)} sources could be reached: this computer seems to be offline. "
                "Nothing is lost; what was missed is asked for next time."
            )
        _say_results(results)
        tidy(configuration, clock())
        refresh_figures(archive, clock())
        if any(result.failed for result in results):
            sys.exit(SOME_FAILED)


def _chosen(rows: list[SourceRow], words: tuple[str, ...]) -> list[SourceRow]:
    if not words:
        return rows
    chosen = [row for row in rows if any(word.casefold() in f"{row.title} {row.locator}".casefold() for word in words)]
    for word in words:
        if not any(word.casefold() in f"{row.title} {row.locator}".casefold() for row in rows):
            titles = ", ".join(row.title for row in rows) or "none"
            raise Wrong(f"No source matches “{word}”. Configured are: {titles}.")
    return chosen


def _say_results(results: list[SourceResult]) -> None:
    from collector.terminal import plain

    for result in results:
        counts = f"{result.new} new, {result.changed} changed, {result.unchanged} unchanged"
        extras = [
            f"{number} {words}"
            for number, words in (
                (result.unmatched, "not of the campaign"),
                (result.not_understood, "not understood (kept)"),
                (result.skipped, "skipped, as they were asked to be"),
            )
            if number
        ]
        failed = (
            f"; failed: {plain(result.reason)}"
            if result.failed
            else f" ({plain(result.reason)})"
            if result.reason
            else ""
        )
        click.echo(f"{plain(result.title)}: {', '.join([counts, *extras])}{failed}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: everything, as JSON.")
@config_option
def status(as_json: bool, config_path: Path) -> None:
    """Say when each source last answered, what is covered, and where the gaps are."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector import status as words
        from collector.archive import journal
        from collector.editions import timeline
        from collector.rounds import clock, watched_from
        from collector.schedule import with_connection

        now = clock()
        archive = prepared(configuration, to_read=True)
        windows = [window for campaign in configuration.campaigns for window in timeline(campaign)]
        states = with_connection(archive, lambda conn: journal.status(conn, now, watched_from(windows, now)))
        click.echo(words.as_json(states, now) if as_json else words.as_text(states, now))


@main.command()
@config_option
@click.option(
    "--port", default=PORT, show_default=True, help="The port for the pages; the next free one if it is taken."
)
def up(config_path: Path, port: int) -> None:
    """The main job: collect on schedule and show the pages, until Ctrl-C."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector import processes
        from collector.archive import journal
        from collector.schedule import with_connection
        from collector.stop import Stop

        stop = Stop()
        archive = Path(configuration.archive)
        try:
            lock = processes.Lock(archive)
        except processes.AlreadyRunning as error:
            raise Wrong(f"{error}. Use that one, or end it first (Ctrl-C in its window).") from error
        prepared(configuration)
        if not with_connection(archive, journal.has_posts):
            make_demonstration(archive)
        processes.stop_on_signals(stop)
        port = processes.free_port("127.0.0.1", port)
        url = f"http://127.0.0.1:{port}/"
        common = ["--config", str(config_path)]
        children = [
            processes.Child(
                "page server", ["-m", "collector.cli", "serve", *common, "--port", str(port), "--supervised"]
            ),
            processes.Child("collector", ["-m", "collector.cli", "collecting", *common]),
        ]

        def announce() -> None:
            if processes.wait_for_page(url, stop):
                click.echo(f"The pages are at {url} — press Ctrl-C to end.")
                processes.open_in_browser(url)
            elif not stop:
                click.echo(f"The pages at {url} do not answer yet. Collecting goes on.")

        try:
            processes.supervise(children, stop, click.echo, on_start=announce)
        finally:
            lock.release()
        click.echo("Ended. Everything collected is saved.")


@main.command(hidden=True)
@config_option
def collecting(config_path: Path) -> None:
    """The collecting process of `up`."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector import processes, schedule
        from collector.stop import Stop

        stop = Stop()
        processes.stop_on_signals(stop)
        processes.stop_when_parent_ends(stop.set)
        schedule.run(configuration, stop, click.echo)
        sys.stdout.flush()
        # Threads that still wait for a slow server hold nothing that is not saved: there is no reason to wait for them.
        os._exit(0)


@main.command()
@config_option
@click.option(
    "--port", default=PORT, show_default=True, help="The port for the pages; the next free one if it is taken."
)
@click.option("--supervised", is_flag=True, hidden=True)
def serve(config_path: Path, port: int, supervised: bool) -> None:
    """Show the pages alone, without collecting."""
    configuration = configured(config_path)
    with in_words(configuration):
        _serve(prepared(configuration, to_read=True), port, supervised=supervised)


def _serve(archive: Path, port: int, *, supervised: bool = False, start: str = "") -> None:
    from collector import processes
    from dashboards import serve as pages

    def started(url: str) -> None:
        if not supervised:  # the supervisor says it itself, once the first page has come
            click.echo(f"The pages are at {url}{start} — press Ctrl-C to end.")

    if supervised:
        processes.stop_when_parent_ends(lambda: os._exit(0))
    else:
        port = processes.free_port("127.0.0.1", port)
    demonstration = demonstration_of(archive)
    try:
        pages.run(archive, demonstration if demonstration.exists() else None, port=port, started=started)
    except pages.ServeError as error:
        raise Failed(str(error)) from error


@main.command()
@click.option(
    "--edition",
    "edition_id",
    help="Which edition, such as uk-2025. Default: the latest week that has begun and has posts.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("reports"), show_default=True, help="Where to write."
)
@config_option
def report(edition_id: str | None, out: Path, config_path: Path) -> None:
    """Write the after-week report: a web page that stands alone, and the one-page summary as a mail."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector.rounds import clock

        _report(prepared(configuration, to_read=True), edition_id, out, clock(), configuration)


def _report(archive: Path, edition_id: str | None, out: Path, now: str, configuration: Configuration) -> None:
    from collector.schedule import with_connection
    from dashboards import report as after_week

    try:
        written = with_connection(
            archive,
            lambda conn: after_week.make(
                conn,
                edition_id,
                out,
                now,
                contact=configuration.contact,
                opt_out_page=configuration.opt_out_page,
                software=f"coproweek {__version__}",
            ),
        )
    except after_week.ReportError as error:
        raise Wrong(str(error)) from error
    for path in written:
        click.echo(f"Written: {path}")
    for line in after_week.before_sending(contact=configuration.contact, opt_out_page=configuration.opt_out_page):
        click.echo(f"Before you send it: {line}")


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--mapping", help="Which columns are which: the name of a ready mapping, or a file of your own.")
@click.option("--time-zone", help="Where the file's times are counted, such as Europe/London, if the mapping is wrong.")
@click.option("--account", help="Whose page or account it is, where the file does not say.")
@click.option("--yes", is_flag=True, help="Bring it in without asking first.")
@config_option
def import_files(
    files: tuple[Path, ...],
    mapping: str | None,
    time_zone: str | None,
    account: str | None,
    yes: bool,
    config_path: Path,
) -> None:
    """Bring in files from elsewhere: saved feeds, and what networks export. Shows what is in them first."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector.platforms import Trouble
        from collector.platforms import files as reading
        from collector.rounds import clock
        from collector.schedule import refresh_figures, tidy
        from collector.terminal import plain

        archive = prepared(configuration)
        failed = False
        for path in files:
            try:
                file = reading.understand(path, now=clock(), mapping=mapping, time_zone=time_zone, account=account)
                _bring_in(archive, file, configuration, ask=not yes)
            except Trouble as trouble:
                click.echo(plain(trouble.message, width=2_000), err=True)
                failed = True
        tidy(configuration, clock())
        refresh_figures(archive, clock())
        if failed:
            sys.exit(SOME_FAILED)


def _bring_in(archive: Path, file: File, configuration: Configuration, *, ask: bool) -> None:
    """Show what is in a file, and save it where nobody objects."""
    from collector import importing
    from collector.rounds import clock
    from collector.schedule import with_connection
    from collector.terminal import plain

    reading: ProgressBar[int]
    with click.progressbar(length=1, label=f"Reading {plain(file.name)}") as reading:
        preview = importing.preview(file, configuration.campaigns)
        reading.update(1)
    click.echo(importing.in_words(preview))
    if not (preview.matched or preview.not_understood) or (ask and not click.confirm("Bring it in?")):
        return
    with click.progressbar(length=preview.posts, label=f"Bringing in {plain(file.name)}") as reading:
        saved = with_connection(
            archive, lambda conn: importing.bring_in(conn, file, configuration.campaigns, clock, reading.update)
        )
    click.echo(
        f"{plain(file.name)}: {saved.new} new, {saved.changed} changed, {saved.unchanged} unchanged, "
        f"{saved.unmatched} not of the campaign, {saved.not_understood} not understood (kept)"
    )


@main.command()
@click.argument("target")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["post", "author", "site"]),
    help="What TARGET is, where its form does not say: an address with a path is a post, one without it a site.",
)
@click.option("--platform", help="Where the author is: blogs, x, mastodon, bluesky, …")
@click.option(
    "--reason",
    type=click.Choice(["request", "opt-out"]),
    default="request",
    show_default=True,
    help="The report counts removals by it.",
)
@click.option("--yes", is_flag=True, help="Do not ask first.")
@config_option
def forget(target: str, kind: str | None, platform: str | None, reason: str, yes: bool, config_path: Path) -> None:
    """Remove a post, an author or a site everywhere, and keep it out from now on."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector.archive import removal
        from collector.rounds import clock
        from collector.schedule import refresh_figures, with_connection
        from collector.terminal import plain

        archive = prepared(configuration)
        kind = kind or kind_of(target)
        if not yes:
            click.confirm(
                f"Everything of the {kind} “{plain(target)}” will be removed for good, and kept out. Go on?", abort=True
            )

        def remove(conn: sqlite3.Connection) -> removal.Removed:
            if kind == "post":
                return removal.forget_post(conn, target, reason=reason, now=clock())
            if kind == "site":
                return removal.forget_site(conn, target, reason=reason, now=clock())
            return removal.forget_author(conn, target, platform=platform, reason=reason, now=clock())

        removed = with_connection(archive, remove)
        refresh_figures(archive, clock())
        if not removed.posts and not removed.authors:
            near = "".join(f"\n  {plain(address)}" for address in removed.near)
            raise Failed(
                f"Nothing in the archive is of the {kind} “{plain(target)}”, so nothing was removed. "
                "Exactly that is kept out from now on; if something else was meant, copy its address from the page."
                + (f" Was it one of these?{near}" if near else "")
            )
        click.echo(
            f"Removed: {removed.posts} posts, {removed.context} comments and replies to them, "
            f"{removed.authors} authors. They are kept out of every later round."
        )
        if not removed.scrubbed:
            click.echo(
                f"The freed space could not be wiped yet: {removed.not_scrubbed_because} The next round does it."
            )
        click.echo("Reports that were already written or sent are not changed by this: please see to those yourself.")


def kind_of(target: str) -> str:
    """What a person most likely means: an address with a path is a post, one without it a site, all else an author."""
    from urllib.parse import urlsplit

    if "://" in target:
        parts = urlsplit(target)
        return "post" if parts.path.strip("/") or parts.query else "site"
    return "author" if "@" in target or "." not in target or " " in target.strip() else "site"


@main.command()
@config_option
@click.option(
    "--port", default=PORT, show_default=True, help="The port for the pages; the next free one if it is taken."
)
@click.option("--no-serve", is_flag=True, help="Make the archive and the report, and end.")
def demo(config_path: Path, port: int, no_serve: bool) -> None:
    """Everything on the demonstration archive: made-up data, marked as such on every page."""
    configuration = configured(config_path)
    with in_words(configuration):
        from collector import demonstration

        archive = prepared(configuration)
        made_up = make_demonstration(archive)
        _report(made_up, None, Path("reports") / "demonstration", demonstration.NOW, configuration)
        if not no_serve:
            _serve(archive, port, start="demo/")


if __name__ == "__main__":
    main()
