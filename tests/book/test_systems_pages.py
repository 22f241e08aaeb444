"""The pages of the systems name all that the code has: each operation, field, table and rule, also one added today."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import graphql
import pytest
from bs4 import BeautifulSoup

from tests.book.built import ROOT, Book, build, small_copy

OPENAPI, SCHEMA = (ROOT / "systems" / name for name in ("openapi.json", "schema.graphql"))
PLATFORM, CRM = "book/system-bookings", "book/system-crm"


def rows(page: BeautifulSoup, kind: str = "") -> list[list[str]]:
    """The cells of the drawn tables, or of the one below the name of this type, with straight quotation marks."""
    tables: Any = page.select("table.drawn")
    if kind:
        tables = [name.find_next("table") for name in page.select("p.rubric") if name.get_text() == kind]
        assert len(tables) == 1, kind
    found = [[cell.get_text() for cell in row("td")] for table in tables for row in table.select("tbody tr")]
    return [[cell.strip().replace("\u2019", "'") for cell in row] for row in found]


def django(code: str) -> Any:
    """What this code prints as JSON, in a process of its own: Django can be set up only once in each."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "book" / "_ext")},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(run.stdout)


# --- what the API answers to


def test_the_tables_say_what_each_operation_does_and_who_may(book: Book) -> None:
    said = {call: (does, may) for call, does, may in rows(book.page(PLATFORM)) if "/api/" in call}
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    assert said == {
        f"{method.upper()} {path}": (one["description"], "anyone" if {} in one["security"] else "signed in")
        for path, item in document["paths"].items()
        for method, one in item.items()
    }


@pytest.mark.parametrize("name", ["Query", "Mutation", "Customer", "Product", "Order", "OrderLine", "SalesPerson"])
def test_the_tables_name_every_field_of_a_type(book: Book, name: str) -> None:
    kind: Any = graphql.build_schema(SCHEMA.read_text(encoding="utf-8")).get_type(name)
    said = {call.partition(":")[0]: (call, answer, does) for call, answer, does, _ in rows(book.page(CRM), name)}
    assert set(said) == set(kind.fields)
    for field, (call, answer, does) in said.items():
        asked = ", ".join(f"{word}: {one.type}" for word, one in kind.fields[field].args.items())
        assert call == (f"{field}: {asked}" if asked else field)
        assert (answer, does) == (str(kind.fields[field].type), kind.fields[field].description or "")


def test_who_may_ask_for_a_field_is_what_the_code_says(book: Book) -> None:
    rights = django(
        "import json, django_models; django_models.registry(); from systems.crm.graph.rights import RIGHTS;"
        "print(json.dumps({field: sorted(roles) for field, roles in RIGHTS.items()}))"
    )
    for name in ("Query", "Mutation", "Customer"):
        for call, _, _, may in rows(book.page(CRM), name):
            assert may.split(", ") == rights[f"{name}.{call.partition(':')[0]}"]


def test_what_is_added_shows_up(tmp_path: Path) -> None:
    page = (
        "# Page\n\n```{endpoints} /api/v1/praise/\n```\n\n```{graphql-fields} Query\n```\n\n"
        "```{settings} PATIENCE\n```\n\n```{used-in} /api/v1\nNo chapter.\n```\n"
    )
    source = small_copy(tmp_path / "source", page)
    (source / "systems").mkdir()
    praise = {"post": {"description": "Say something kind.", "security": [{"jwtAuth": []}]}}
    (source / "systems" / "openapi.json").write_text(
        json.dumps({"paths": {"/api/v1/praise/": praise}}), encoding="utf-8"
    )
    (source / "systems" / "schema.graphql").write_text(
        'type Query { "Today\'s." weather(where: String!): Int }', encoding="utf-8"
    )
    (source / "systems" / "settings").mkdir()
    rules = '# seconds\nPATIENCE = env("PATIENCE", whole(1, 9), default=3)\n'
    (source / "systems" / "settings" / "rules.py").write_text(rules, encoding="utf-8")
    small = build(source, tmp_path / "out")
    assert small.exit_code == 0, small.log
    assert rows(small.page("book/page")) == [
        ["POST /api/v1/praise/", "Say something kind.", "signed in"],
        ["weather: where: String!", "Int", "Today's.", "nobody"],
        ["SYSTEMS_PATIENCE", "3", "seconds"],
    ]
    assert "No chapter." in small.page("book/page").get_text()


@pytest.mark.prove  # a build for each
@pytest.mark.parametrize(
    ("directive", "refusal"),
    [
        ("endpoints} /api/v1/listings/ /api/v1/gone/", "nothing below /api/v1/gone/"),
        ("graphql-fields} Query Gone", "no type Gone"),
        ("settings} GONE", "no line for GONE"),
        ("data-model} gone", "No installed app with label 'gone'"),
    ],
)
def test_what_is_gone_stops_the_build(tmp_path: Path, directive: str, refusal: str) -> None:
    source = small_copy(tmp_path / "source", f"# Page\n\n```{{{directive}\n```\n")
    (source / "systems" / "settings").mkdir(parents=True)
    for file in (OPENAPI, SCHEMA, ROOT / "systems" / "settings" / "rules.py"):
        (source / file.relative_to(ROOT)).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    broken = build(source, tmp_path / "out")
    assert broken.exit_code != 0
    assert refusal in broken.log


# --- its data

ALL_TABLES = """
import json, django_models
models = [one for one in django_models.registry().get_models() if one.__module__.startswith("systems.")]
print(json.dumps({
    one._meta.db_table: [[field.column for field in one._meta.local_fields], [c.name for c in one._meta.constraints]]
    for one in models
}))
"""
ADDED = """
import json, django_models
from django.db import models
django_models.registry()
class Season(models.Model):
    listing = models.OneToOneField("listings.Listing", models.CASCADE, null=True)
    class Meta:
        app_label = "listings"
        constraints = [models.UniqueConstraint(fields=["id"], name="once")]
found = django_models.tables(["listings"])
listing = found["listings_season"][1]
print(json.dumps([list(found), listing.name, listing.kind, listing.is_unique, listing.is_optional, listing.target,
                  dict(django_models.rules(["listings"]))["listings_season"]]))
"""


def test_the_figures_show_every_tables_columns_and_rules(book: Book) -> None:
    pages = [book.page(PLATFORM), book.page(CRM)]
    alts = " ".join(str(figure["aria-label"]) for page in pages for figure in page.select(".drawn [role=img]"))
    listed: dict[str, Any] = {
        term.get_text(): term.find_next("dd") for page in pages for term in page.select("dl.rules dt")
    }
    for table, (columns, constraints) in django(ALL_TABLES).items():
        assert f"{table} ({', '.join(columns)})" in alts
        assert [code.get_text() for code in listed[table]("code")] == constraints if constraints else True


def test_a_model_that_is_added_is_drawn_with_its_rules() -> None:
    season = ["listing_id", "uuid", True, True, "listings_listing.id", ["once"]]
    assert django(ADDED) == [["listings_listing", "listings_season", "accounts_user"], *season]


def test_no_two_figures_of_a_page_share_an_id(book: Book) -> None:
    for name in (PLATFORM, CRM):
        ids = [str(part["id"]) for part in book.page(name).select(".drawn svg [id]")]
        assert ids
        assert len(ids) == len(set(ids))


def test_the_picture_says_where_it_answers_and_what_it_keeps(book: Book) -> None:
    for name, address, table in ((PLATFORM, "/api/v1/bookings/", "bookings_booking"), (CRM, "/graphql/", "crm_order")):
        (picture,) = book.page(name).select(".drawn.picture [role=img]")
        assert address in str(picture["aria-label"])
        assert f"{table}, " in str(picture["aria-label"])


# --- who uses it


def test_a_page_links_to_the_chapters_that_use_its_address(book: Book) -> None:
    section = book.page(PLATFORM).select_one("#which-chapters-use-it")
    assert section
    linked = [Path(str(link["href"])).stem for link in section.select("li a")]
    assert linked == [path.stem for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb")) if "/api/v1" in cells(path)]
    assert "22c-bookings-over-http" in linked


def cells(notebook: Path) -> str:
    code = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    return "".join("".join(cell["source"]) for cell in code)


def test_every_file_that_the_pages_name_is_there() -> None:
    for name in (PLATFORM, CRM, "book/front-end"):
        text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
        named = re.findall(r"`((?:systems|tests)/[\w./-]+)`", text)
        assert named
        assert [path for path in named if not (ROOT / path).exists()] == []
