"""What changes bookings."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from psycopg import errors as pg

from systems.accounts.models import Role, User
from systems.bookings.errors import DatesTaken, TooManyPendingNights
from systems.bookings.models import Booking, Status
from systems.bookings.selectors import bookings_visible, nights_pending
from systems.core.errors import IllegalTransition, NotFound
from systems.listings.models import Listing
from systems.outbox.services import event_add, event_add_all

LONGEST_STAY = 90  # nights
FARTHEST = 730  # days ahead: a calendar must end somewhere
BATCH = 500  # bookings in one transaction
NEEDED = ("host_id", "withdrawn_at", "price_per_night", "max_guests")  # of a listing, to book it


def booking_create(*, guest: User, listing: Any, check_in: date, check_out: date, guests: int) -> Booking:
    """Ask for a stay.

    Raises ValidationError, PermissionDenied for a host's own place, TooManyPendingNights and DatesTaken.

    Bookings of one listing queue at its row. Without the queue the constraint still lets only one win, but several that
    wait for each other would be ended as deadlocks. Then those of one guest queue, too. listing: its id.
    """
    _check_dates(check_in, check_out)
    with transaction.atomic():
        place = Listing.objects.select_for_update(no_key=True).only(*NEEDED).filter(pk=listing).first()
        if place is None or place.withdrawn_at:
            raise ValidationError({"listing": "there is no such listing"})
        if place.host_id == guest.pk:
            raise PermissionDenied("this is your own place: you need no booking to stay in it")
        if guests > place.max_guests:
            raise ValidationError({"guests": f"at most {place.max_guests} can stay here"})
        _limit_pending(guest, (check_out - check_in).days)
        booking = _insert(place, guest, check_in, check_out, guests)
        event_add(topic="booking.requested", payload={"booking": booking.pk})
        return booking


def booking_confirm(*, booking_id: Any, account: User) -> Booking:
    """Accept a stay, as its host. Raises NotFound, PermissionDenied, and IllegalTransition unless it is pending."""
    with transaction.atomic():
        booking = _lock(booking_id, account)
        if account.pk != booking.listing.host_id and account.role != Role.ADMIN:
            raise PermissionDenied("only the host confirms a stay")
        _move(booking, Status.CONFIRMED, allowed={Status.PENDING})
        event_add(topic="booking.confirmed", payload={"booking": booking.pk})
    return booking


def booking_cancel(*, booking_id: Any, account: User) -> Booking:
    """Withdraw or decline a request at any time, or cancel a confirmed stay before it begins, as its guest or host.

    Its nights are free again at once. Raises NotFound, and IllegalTransition for a confirmed stay that has begun, or a
    cancelled one.
    """
    with transaction.atomic():
        booking = _lock(booking_id, account)
        if booking.status == Status.CONFIRMED and booking.check_in <= timezone.now().date():
            raise IllegalTransition("a confirmed stay can be cancelled until the day before it begins")
        _move(booking, Status.CANCELLED, allowed={Status.PENDING, Status.CONFIRMED})
        event_add(topic="booking.cancelled", payload={"booking": booking.pk, "by": account.pk, "at": timezone.now()})
    return booking


def booking_mark_paid(*, booking_id: Any) -> bool:
    """Note that a stay is paid, in the transaction of its payment. Returns False for one that is cancelled."""
    booking = Booking.objects.select_for_update(no_key=True).only("status", "paid_at").get(pk=booking_id)
    if booking.status == Status.CANCELLED:
        return False
    booking.paid_at = timezone.now()
    booking.save(update_fields=["paid_at"])
    return True


def bookings_lapse() -> int:
    """Cancel the requests that no host has confirmed in time (BOOKING_PENDING_HOURS); returns how many."""
    asked_until = timezone.now() - timedelta(hours=settings.BOOKING_PENDING_HOURS)
    due = Booking.objects.filter(status=Status.PENDING, created_at__lte=asked_until)
    return _move_all(due, Status.CANCELLED, "booking.lapsed")


def bookings_complete() -> int:
    """Complete the confirmed stays whose last day has come; returns how many."""
    due = Booking.objects.filter(status=Status.CONFIRMED, check_out__lte=timezone.now().date())
    return _move_all(due, Status.COMPLETED, "booking.completed")


def _check_dates(check_in: date, check_out: date) -> None:
    today = timezone.now().date()
    if check_in < today:
        raise ValidationError({"check_in": "must not be in the past"})
    if check_out <= check_in:
        raise ValidationError({"check_out": "must be after check_in"})
    if (check_out - check_in).days > LONGEST_STAY:
        raise ValidationError({"check_out": f"at most {LONGEST_STAY} nights at once"})
    if check_out > today + timedelta(days=FARTHEST):
        raise ValidationError({"check_out": f"at most {FARTHEST} days ahead"})


def _limit_pending(guest: User, nights: int) -> None:
    """Requests of one guest wait here for each other: two that count at once would both find room."""
    with connection.cursor() as cursor:  # not the guest's row: to lock a row is to write it
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"pending nights of {guest.pk}"])
    pending, limit = nights_pending(guest=guest), settings.BOOKING_PENDING_NIGHTS
    if pending + nights > limit:
        why = f"you have {pending} unpaid pending nights, and {nights} more would exceed the limit of {limit}"
        todo = "pay for a request, cancel it, or wait until its host confirms it"
        raise TooManyPendingNights(f"{why}: {todo}", limit=limit, pending=pending)


def _insert(place: Listing, guest: User, check_in: date, check_out: date, guests: int) -> Booking:
    total = place.price_per_night * (check_out - check_in).days
    try:
        return Booking.objects.create(
            listing=place, guest=guest, check_in=check_in, check_out=check_out, guests=guests,
            price_per_night=place.price_per_night, total_price=total,
        )  # fmt: skip
    except IntegrityError as error:
        refused = error.__cause__
        if isinstance(refused, pg.ExclusionViolation) and refused.diag.constraint_name == "one_stay_a_night":
            raise DatesTaken("somebody else has one of these nights") from error
        raise


def _lock(booking_id: Any, account: User) -> Booking:
    """The booking, locked, with its listing. Raises NotFound where it is none of the account's business."""
    mine = bookings_visible(account=account).select_for_update(of=("self",))
    booking = mine.filter(pk=booking_id).first()
    if booking is None:
        raise NotFound()
    return booking


def _move(booking: Booking, to: str, *, allowed: set[str]) -> None:
    if booking.status not in allowed:
        raise IllegalTransition(f"a booking that is {booking.status} can't become {to}")
    booking.status = to
    booking.save(update_fields=["status"])


def _move_all(due: "QuerySet[Booking]", to: str, topic: str) -> int:
    moved = 0
    while batch := _move_some(due, to, topic):
        moved += batch
    return moved


@transaction.atomic
def _move_some(due: "QuerySet[Booking]", to: str, topic: str) -> int:
    """So many of those that are due; returns how many. One that somebody has locked is left to the next run."""
    keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    Booking.objects.filter(pk__in=keys).update(status=to)
    event_add_all(topic=topic, payloads=({"booking": key} for key in keys))
    return len(keys)
