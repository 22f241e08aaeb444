"""The search that the caches keep: a page of listings in one town, and the database takes its time."""

from django.db import connection, models, transaction

TABLE = "benchmarks_listing"
LISTINGS = 20
TOWN = "Accra"


class Listing(models.Model):  # type: ignore[misc]  # Django has no types
    """version: goes up by one with each change of the first listing, so that an older answer is known by its number."""

    town = models.CharField(max_length=50)
    title = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    version = models.IntegerField(default=0)

    class Meta:
        app_label = "benchmarks"
        db_table = TABLE


class Nap(models.Func):  # type: ignore[misc]
    """A subquery that is evaluated once a statement and takes so many seconds. The statement's snapshot is older."""

    template = "(SELECT pg_sleep(%(expressions)s)::text)"
    output_field = models.TextField()


def search(seconds: float) -> "models.QuerySet[Listing]":
    """The page, as dictionaries."""
    slow = Listing.objects.filter(town=TOWN).annotate(slow=Nap(models.Value(seconds)))
    return slow.order_by("id").values("id", "title", "price", "version", "slow")


def change() -> int:
    """Ada changes her listing, and has committed when this returns the new version."""
    with transaction.atomic():
        listing = Listing.objects.select_for_update().order_by("id").filter(town=TOWN).first()
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
