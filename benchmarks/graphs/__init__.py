"""The GraphQL sites that are compared. Each is a Django site of its own, over the tables of systems/crm."""

from dataclasses import dataclass

OURS, FLOOR, NAIVE = "Project Nexus", "plain Django", "graphene-django"
GRAPHENE = "graphene-"  # how the names of those begin that are made with graphene's own fields
PACKAGES = (
    "django",
    "psycopg",
    "graphql-core",
    "graphene-django",
    "graphene-django-optimizer",
    "strawberry-graphql",
    "strawberry-graphql-django",
)
QUERY = """
{ allCustomers(first: 100) { edges { node {
    name email orders {
      orderedAt status total lines { quantity unitPrice product { name } } } } } } }
"""


@dataclass(frozen=True)
class Contender:
    """name: in the tables. urls: the module with its `urlpatterns`. path: where it answers."""

    name: str
    urls: str
    path: str = "/graphql/"


CONTENDERS = (
    Contender(FLOOR, "benchmarks.graphs.plain"),
    Contender(OURS, "systems.urls"),
    Contender(NAIVE, "benchmarks.graphs.of_graphene", "/naive/"),
    Contender("graphene-django, prefetch_related", "benchmarks.graphs.of_graphene", "/prefetch/"),
    Contender("graphene-django-optimizer", "benchmarks.graphs.of_graphene", "/optimizer/"),
    Contender("strawberry-django, optimizer", "benchmarks.graphs.of_strawberry"),
)
