"""The command line: `nexus up`, `down`, `status`, `lab`, `systems`, `manage`, `reset`, `progress`, and more for `make`.

What only some commands need is imported in them, so that the others start at once.
"""

import importlib.util
import sys
import tomllib

import click

from nexus import paths, services
from nexus.command.display import Steps, console
from nexus.errors import NexusError


class OneLineErrors(click.Group):
    """A mistake of the user's ends in one line and exit code 1, never in a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except NexusError as error:
            raise click.ClickException(str(error)) from error


def show_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """From pyproject.toml, the one place where it is written: an installation may be older than its clone."""
    if asked:
        settings = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        console.print(f"nexus {settings['project']['version']}")
        context.exit()


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """The lab of Project Nexus: real servers for this clone, and the chapters that use them."""


@main.command()
def up() -> None:
    """Start Postgres, Redis and RabbitMQ, and leave them running until `nexus down`."""
    from nexus.command import rabbitmq

    rabbitmq.get_if_possible()
    with Steps() as steps:
        found = services.use(rabbitmq.available(), steps)
    services.home().keep.touch()  # only now: an `up` that failed must not make others' servers stay
    for service in found.values():
        console.print(f"{service.name} answers at {service.address} ({service.origin})")


@main.command()
def down() -> None:
    """Stop everything that this clone started."""
    with Steps() as steps:
        services.stop(steps)
    console.print("nothing of this clone runs")


@main.command()
def status() -> None:
    """Show where each service came from, where it answers, and what it costs."""
    from nexus.command import report

    for line in report.status():
        console.print(line)


@main.command()
def doctor() -> None:
    """Look for what is missing, and say how to fix it."""
    from nexus.command import report

    findings = report.diagnosis()
    for finding in findings:
        console.print(finding)
    sys.exit(any(finding.startswith("✗") for finding in findings))


@main.command()
@click.option("--browser/--no-browser", default=None, help="Open a browser; the default is to, on a desktop.")
def lab(browser: bool | None) -> None:
    """Start the services and JupyterLab on your own copies of the chapters; Ctrl-C stops all of it."""
    from nexus.command import chapters, rabbitmq
    from nexus.command.labserver import serve_lab

    rabbitmq.get_if_possible()
    for line in chapters.copy_to_work():
        console.print(line)
    serve_lab(rabbitmq.available(), browser)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def systems(port: int) -> None:
    """Start the backend systems with sample data, on the loopback address; Ctrl-C stops all of it."""
    from nexus.command.systems import serve_systems

    serve_systems(port)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a command of Django's on the systems that `make systems` runs, such as `nexus manage dead_letters`."""
    from nexus.command.systems import manage as run

    sys.exit(run(arguments))


@main.command()
@click.argument("chapter", required=False)
def reset(chapter: str | None) -> None:
    """Put a clean copy of CHAPTER (such as 00) into work/; your own is kept beside it. Without one, list them."""
    from nexus.command import chapters

    if chapter is None:
        for path in chapters.every():
            console.print(path.stem)
        console.print("Name one of them, or its number: `nexus reset 00`")
        return
    copy, aside = chapters.reset(chapter)
    yours = f"; yours is {aside.relative_to(paths.ROOT)}" if aside else ""
    console.print(f"{copy.relative_to(paths.ROOT)} is clean{yours}")
    console.print("If it is open in JupyterLab: File, then Reload Notebook from Disk")


@main.command()
def progress() -> None:
    """Show which exercises you have solved."""
    from nexus.command import chapters
    from nexus.progress import solved

    known = solved()
    for chapter in chapters.every():
        names = chapters.exercises_of(chapter)
        done = [name for name in names if name in known.get(chapter.stem, [])]
        console.print(f"{chapter.stem:<32} {len(done)} of {len(names)}   " + " ".join(f"✓{name}" for name in done))


@main.command()
@click.argument("names", nargs=-1)
@click.option("--redraw", is_flag=True, help="Store new figures also where nothing changed that they show.")
def run(names: tuple[str, ...], redraw: bool) -> None:
    """Execute chapters (all, or those NAMED) and store their outputs in notebooks/."""
    from nexus.command import chapters, execution

    wanted = [chapters.find(name) for name in names] or chapters.stored()
    needed = {name for chapter in wanted for name in chapters.needs(chapter)}
    services.use(tuple(sorted(needed)))  # held for all of them, so that they are not started again for each
    with Steps() as steps:
        for chapter in wanted:
            with steps(chapter.stem, "executing"):
                execution.run(chapter, redraw)


@main.command()
@click.argument("names", nargs=-1)
@click.option("-k", "only", default="", help="Only the rules and exercises that this expression of pytest's -k names.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="How many steps run at once.")
def check(names: tuple[str, ...], only: str, jobs: int) -> None:
    """Check chapters (those NAMED, such as 20, or 2 for all of data; or what changed) in about a minute."""
    from nexus.command.check import check as all_is_well

    if importlib.util.find_spec("pytest") is None:
        raise NexusError(f"this needs a contributor's packages: type `make check NAME={' '.join(names) or 20}`")
    sys.exit(not all_is_well(names, only, jobs))


@main.command()
def fix() -> None:
    """Write the chapters' metadata from their tags, such as which cells are folded."""
    from nexus.command import chapters, execution

    for path in chapters.stored():
        if execution.fix(path):
            console.print(f"fixed {path.relative_to(paths.ROOT)}")


@main.command()
@click.argument("name")
def chapter(name: str) -> None:
    """Create a chapter NAME (such as 21-indexes-and-paging): notebook, exercises, tests, line in the contents."""
    from nexus.command.scaffold import new_chapter

    for path in new_chapter(name):
        console.print(f"made {path.relative_to(paths.ROOT)}")
    console.print(f"write it in notebooks/{name}.ipynb; `make run NAME={name}` stores what it puts out")


@main.command()
def clean() -> None:
    """Stop everything and delete the servers' data. `make clean` calls it; work/ stays."""
    services.stop()
    for folder in (*services.own_folder().glob("*"), services.lab_home().folder, services.systems_home().folder):
        services.Home(folder).remove()
    services.home().remove()


@main.command(hidden=True)
def repair() -> None:
    """Download what a test needs: RabbitMQ, where consent is given."""
    from nexus.command import rabbitmq

    rabbitmq.download_with_consent()
