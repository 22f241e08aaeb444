"""Payments and refunds. The database holds what must hold: no booking is paid twice, and no payment refunded twice."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q

from systems.bookings.models import Booking


class Status(models.TextChoices):
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUNDED = "refunded"  # in full or in part: the refund has the amount


class RefundStatus(models.TextChoices):
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"  # the provider refuses it: a person has to look


ACTIVE = (Status.PENDING, Status.COMPLETED)  # of which a booking has one at most


class Payment(models.Model):
    """A guest's payment of a stay. tx_ref: what we call it. reference: what the provider does, known once it is paid.

    check_at: when the provider is asked what became of it, should no webhook come. asked_at: since when a request
    waits for the provider's checkout page, so that no second one asks for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="payments")
    tx_ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    checkout_url = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(null=True, editable=False)
    check_at = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking"], condition=Q(status__in=ACTIVE), name="one_payment_a_booking"),
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="one_payment_a_reference"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="payment_status_is_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.COMPLETED, Status.REFUNDED], reference=""),
                name="paid_has_a_reference",
            ),
        ]
        indexes = [models.Index(fields=["check_at"], condition=Q(status=Status.PENDING), name="payment_to_check")]

    def __str__(self) -> str:
        return str(self.tx_ref)

    @property
    def refunded(self) -> Decimal:
        """How much was given back. What waits to be given back does not count yet."""
        refund: Refund | None = getattr(self, "refund", None)
        return refund.amount if refund and refund.status == RefundStatus.COMPLETED else Decimal(0)


class Refund(models.Model):
    """What is given back of a payment. reference: ours, by which the provider knows a repeated request.

    provider_reference: the provider's. check_at: when it is sent again, should it be pending still.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="refund")
    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    provider_reference = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=100)
    status = models.CharField(max_length=9, choices=RefundStatus, default=RefundStatus.PENDING)
    check_at = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_is_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_positive"),
        ]
        indexes = [models.Index(fields=["check_at"], condition=Q(status=RefundStatus.PENDING), name="refund_to_send")]

    def __str__(self) -> str:
        return str(self.reference)


class Discrepancy(models.Model):
    """Where the provider says something else than we know: kept once, for a person to look at."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="discrepancies")
    what = models.CharField(max_length=300)
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "discrepancies"
        constraints = [models.UniqueConstraint(fields=["payment", "what"], name="one_note_a_discrepancy")]

    def __str__(self) -> str:
        return self.what
