"""`make bench`: measure side by side with named peers, look for wrong answers, and write the page of the book."""

import json
from pathlib import Path
from typing import Any

import click

from benchmarks import caches, graphql, limiters, page, quiet, starts
from nexus import paths
from nexus.errors import NexusError

# Starts first: they alone need RabbitMQ, and whoever lacks it should learn so at once.
PARTS: dict[str, Any] = {"starts": starts, "limiters": limiters, "caches": caches, "graphql": graphql}
STORED = Path(__file__).with_name("results.json")


@click.command()
@click.argument("only", type=click.Choice([*PARTS, "page"]), required=False)
@click.option("--busy", is_flag=True, help="Measure even where other processes keep the machine busy.")
def main(only: str | None, busy: bool) -> None:
    """Measure all parts, or ONLY one; `page` measures nothing and writes the page anew from the stored results."""
    results = json.loads(STORED.read_text()) if STORED.exists() else {}
    for name in PARTS if only is None else [part for part in PARTS if part == only]:
        others = others_share(name, busy)
        try:
            measured = {"others": others, **PARTS[name].measure()}
        except NexusError as error:
            raise click.ClickException(f"{name}: {error}") from error
        if wrong := PARTS[name].faults(measured):
            raise click.ClickException(f"{name}: {'; '.join(wrong)}")
        results[name] = measured
        STORED.write_text(f"{json.dumps(results, indent=1)}\n")
    if missing := PARTS.keys() - results.keys():
        raise click.ClickException(f"the page needs {', '.join(sorted(missing))} too: type `make bench`")
    page.PAGE.write_text(page.render(results), encoding="utf-8")
    click.echo(f"wrote {page.PAGE.relative_to(paths.ROOT)}")


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
