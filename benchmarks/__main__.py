"""`make bench`: measure side by side with named peers, look for wrong answers, and write the page of the book."""

import json
from pathlib import Path
from typing import Any

import click

from benchmarks import api, api_tables, caches, graphql, limiters, page, quiet, starts
from benchmarks.figures import facts
from nexus import paths
from nexus.errors import NexusError

# Starts first: they alone need RabbitMQ, and anyone who lacks it should learn so at once.
PARTS: dict[str, Any] = {"starts": starts, "limiters": limiters, "caches": caches, "graphql": graphql, "api": api}
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
STORED = Path(__file__).with_name("results.json")


@click.command()
@click.argument("only", type=click.Choice([*PARTS, "page"]), required=False)
@click.option("--busy", is_flag=True, help="Measure even where other processes keep the machine busy.")
@click.option(
    "--beside", type=FOLDER, help="With `api`: the folder of another clone, to measure in turn with this one."
)
def main(only: str | None, busy: bool, beside: Path | None) -> None:
    """Measure all parts, or ONLY one; `page` measures nothing and writes the page again from the stored results."""
    if beside:
        compare(only, busy, beside)
        return
    results = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    for name in PARTS if only is None else [part for part in PARTS if part == only]:
        results[name] = measured(name, busy)
        fail_where_wrong(name, results[name])
        STORED.write_text(f"{json.dumps(results, indent=1)}\n", encoding="utf-8")
    if missing := PARTS.keys() - results.keys():
        raise click.ClickException(f"the page needs {', '.join(sorted(missing))} too: type `make bench`")
    page.PAGE.write_text(page.render(results), encoding="utf-8")
    click.echo(f"wrote {page.PAGE.relative_to(paths.ROOT)}")


def measured(part: str, busy: bool, **options: Any) -> dict[str, Any]:
    others = others_share(part, busy)
    try:
        return {"others": others, **PARTS[part].measure(**options)}
    except NexusError as error:
        raise click.ClickException(f"{part}: {error}") from error


def fail_where_wrong(part: str, results: dict[str, Any]) -> None:
    if wrong := PARTS[part].faults(results):
        raise click.ClickException(f"{part}: {'; '.join(wrong)}")


def compare(only: str | None, busy: bool, beside: Path) -> None:
    """Print what this clone's systems cost beside another's. It is of the day, so nothing is stored."""
    if only != "api":
        raise click.UsageError("--beside compares the systems of two clones, so it goes with api: ONLY=api BESIDE=...")
    results = measured("api", busy, beside=beside)
    click.echo(f"{facts(results)}\n\n{api_tables.beside(results)}")
    fail_where_wrong("api", results)


def others_share(part: str, busy: bool) -> float:
    """What others use of the machine now, from 0 to 1. busy: it may be much, and need not end the command."""
    for _ in range(quiet.LOOKS):
        if (share := quiet.used_by_others()) <= quiet.MOST or busy:
            return share
    raise click.ClickException(
        f"{part}: other processes use {share:.0%} of all cores, and a measurement needs a quiet machine "
        f"({quiet.MOST:.0%} at most). Wait, or type `make bench BUSY=1`, and the page will say so."
    )


if __name__ == "__main__":
    main()
