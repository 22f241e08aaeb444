"""The search that the caches keep: a page of listings in one town, and the database takes its time."""

from typing import Any, ClassVar

from django.db import connection, models, transaction

TABLE = "benchmarks_listing"
LISTINGS = 20
TOWN = "Accra"


class Listing(models.Model):
    """version: goes up by one with each change of the first listing, so that an older answer is known by its number."""

    town = models.CharField(max_length=50)
    title = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    version = models.IntegerField(default=0)
    objects: "ClassVar[models.Manager[Listing]]"  # no app of the systems, so mypy's plugin does not know its manager

    class Meta:
        app_label = "benchmarks"
        db_table = TABLE


class Nap(models.Func):
    """A subquery that is evaluated once a statement and takes so many seconds. The statement's snapshot is older."""

    template = "(SELECT pg_sleep(%(expressions)s)::text)"
    output_field = models.TextField()


def search(seconds: float) -> "models.QuerySet[Listing, dict[str, Any]]":
    """The page, as dictionaries."""
    rows: models.QuerySet[Listing] = Listing.objects.filter(town=TOWN)
    slow = rows.annotate(slow=Nap(models.Value(seconds))).order_by("id")
    found: models.QuerySet[Listing, dict[str, Any]] = slow.values("id", "title", "price", "version", "slow")
    return found


def change() -> int:
    """Ada changes her listing, and has committed when this returns the new version."""
    with transaction.atomic():
        listing = Listing.objects.select_for_update().order_by("id").filter(town=TOWN)[:1].get()
        listing.version += 1
        listing.save()
    return int(listing.version)


def fill() -> None:
    """A new table with a page of listings."""
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {TABLE}")
    with connection.schema_editor() as editor:
        editor.create_model(Listing)
    Listing.objects.bulk_create(
        Listing(town=TOWN, title=f"A room with a view, number {number}", price=40 + number)
        for number in range(LISTINGS)
    )
