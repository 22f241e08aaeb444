"""Searching for words: misspellings find titles, and never what a query excludes or leaves out of its phrases."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from systems.accounts.models import Role, User
from systems.listings.models import Listing
from systems.listings.selectors import listings_search

Client = Callable[..., APIClient]
Person = Callable[..., User]
ListingOf = Callable[..., Listing]

HARBOUR, HILL, OLD_TOWN = "Flat at the harbour", "Flat on the hill", "Flat in the old town"
TOWER, TOWN, STUDIO = "Tower by the market", "Town so old", "Step-free studio"
DESCRIPTIONS = {HILL: "Gulls, and a view of the harbour."}
ALL = {HARBOUR, HILL, OLD_TOWN, TOWER, TOWN, STUDIO}
FORMS: dict[str, set[str]] = {
    # plain, in any of its forms
    "flat": {HARBOUR, HILL, OLD_TOWN},
    "gull": {HILL},
    "flat hill": {HILL},
    "step-free": {STUDIO},
    # misspelled
    "towwer": {TOWER},
    "flatt": {HARBOUR, HILL, OLD_TOWN},
    # excluded, also by a word of the description alone
    "flat -harbour": {OLD_TOWN},
    "-harbour flat": {OLD_TOWN},
    "flat - harbour": {OLD_TOWN},
    "flat -harbour -town": set(),
    "flatt -harbour": {OLD_TOWN},
    "towwer -market": set(),
    "towwer -markett": {TOWER},  # an exclusion is taken at its word
    'flat -"old town"': {HARBOUR, HILL},
    'flatt -"old town"': {HARBOUR, HILL},
    'flat -"town old"': {HARBOUR, HILL, OLD_TOWN},
    "flat --harbour": {HARBOUR, HILL},
    # a phrase
    '"old town"': {OLD_TOWN},
    '"town old"': set(),
    '"old towwn"': set(),
    '"towwer"': set(),
    'flat "old town"': {OLD_TOWN},
    'flatt "old town"': {OLD_TOWN},
    'towwer "old town"': set(),
    # or
    "tower or hill": {TOWER, HILL},
    "towwer OR hill": {TOWER, HILL},
    "towwer or flat -harbour": {TOWER, OLD_TOWN},
    "flat -harbour or towwer": {TOWER, OLD_TOWN},
    '"town old" or towwer': {TOWER},
    "or flat -harbour": {OLD_TOWN},
    "flat -harbour or": {OLD_TOWN},
    # only an exclusion
    "-harbour": ALL - {HARBOUR, HILL},
    '-"old town"': ALL - {OLD_TOWN},
    "-flat -tower": {TOWN, STUDIO},
    # operators only
    **{q: set() for q in ("-", "--", "- -", '"', '""', '-"', '-""', "or", "or or", "- or -")},
    # a quote that nothing closes
    '"old town': {OLD_TOWN},
    '"town old': set(),
    'flat -"old town': {HARBOUR, HILL},
    'flat"old town': {OLD_TOWN},
    '"towwer': set(),
}


@pytest.fixture
def places(listing_of: ListingOf, person: Person) -> None:
    host = person(Role.HOST)
    for title in ALL:
        listing_of(host, title=title, description=DESCRIPTIONS.get(title, ""))


@pytest.mark.parametrize("ordering", ["newest", "relevance"])
@pytest.mark.parametrize("q", FORMS)
def test_a_query_finds_what_its_form_means(places: None, client_of: Client, q: str, ordering: str) -> None:
    answer = client_of().get("/api/v1/listings/", {"q": q, "ordering": ordering})
    assert answer.status_code == 200, answer.json()
    assert {listing["title"] for listing in answer.json()["results"]} == FORMS[q]


def test_what_is_excluded_lifts_no_title(listing_of: ListingOf) -> None:
    for title in ("Flat", "Flat harbourside"):
        listing_of(title=title)
    found: Any = listings_search(q="flat -harbour", ordering="relevance")
    assert len({listing.relevance for listing in found}) == 1 < len(found)


WORDS = ("flat", "loft", "tower")
PIECES = [*WORDS, *(f"-{word}" for word in WORDS), '"flat loft"', '-"loft tower"', '"tower', "or", "OR", "-", '"', ","]
PIECES += ['"flat loft"-tower', '"loft"or', "-or", "or-", "--flat", "&", "!loft"]


@given(pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=7), glue=st.sampled_from([" ", "  ", "\t"]))
@settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_well_spelled_words_find_what_postgres_finds(
    listing_of: ListingOf, person: Person, pieces: list[str], glue: str
) -> None:
    """Where no spelling is forgiven, a query means what it means to Postgres: nothing may come or go."""
    if not Listing.objects.exists():
        host = person(Role.HOST)
        for title in ("flat", "loft", "tower", "flat loft", "flat tower", "loft tower", "flat loft tower"):
            listing_of(host, title=title)
    q = glue.join(pieces)
    with connection.cursor() as cursor:
        cursor.execute("set local pg_trgm.word_similarity_threshold = 1")
        cursor.execute("select title from listings_listing where search @@ websearch_to_tsquery('english', %s)", [q])
        expected = {title for (title,) in cursor}
    assert set(listings_search(q=q).values_list("title", flat=True)) == expected


def test_the_spelling_of_few_alternatives_is_forgiven() -> None:
    """Each costs a look through the titles of its own: a query of fifty would cost fifty."""
    words = [f"w{n}" for n in range(50)]
    sql = str(listings_search(q=" or ".join(words)).query)
    assert sql.count("%>") == 5
    assert words[-1] in sql


# --- by index


def plan_nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in plan_nodes(inner))]


BY_INDEX = {
    "lighthouse": {"listing_search", "listing_title_trigrams"},
    "lighthouse -harbour": {"listing_search", "listing_title_trigrams"},
    'lighthouse -"old town" or windmill': {"listing_search", "listing_title_trigrams"},
    'lighthouse "old town"': {"listing_search"},
    '"old lighthouse"': {"listing_search"},
}


def test_a_search_can_read_by_index_whatever_its_form(person: Person) -> None:
    """Of so few rows Postgres would rather read all. One condition that no index serves would leave it no choice."""
    host = person(Role.HOST)
    place = {"host": host, "location": "Pula", "price_per_night": Decimal(80), "max_guests": 3}
    Listing.objects.bulk_create(Listing(title=f"Flat number {n}", **place) for n in range(500))
    with connection.cursor() as cursor:
        cursor.execute("analyze listings_listing")
        for other in ("seqscan", "indexscan"):
            cursor.execute(f"set local enable_{other} = off")
        for q, indexes in BY_INDEX.items():
            sql, parameters = listings_search(q=q).query.sql_with_params()
            cursor.execute(f"explain (format json) {sql}", parameters)
            nodes = plan_nodes(cursor.fetchone()[0][0]["Plan"])
            scans = {node["Node Type"] for node in nodes if node.get("Relation Name") == "listings_listing"}
            assert scans == {"Bitmap Heap Scan"}, q
            assert indexes <= {node["Index Name"] for node in nodes if "Index Name" in node}, q
