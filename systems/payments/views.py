"""Payments over HTTP."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from systems.accounts.authentication import account_of
from systems.api import problems as types
from systems.api.fields import Input, read
from systems.api.output import amount, instant
from systems.api.problems import Problem
from systems.api.rest import StrictAPIView
from systems.api.schema import problems
from systems.payments import selectors, services
from systems.payments.models import Payment
from systems.payments.signatures import HEADER, is_signed

MOST_BYTES = 64 * 1024  # of a webhook
NOT_YOURS = {
    "amount": "the amount is the booking's total: leave this out",
    "currency": "the currency is this platform's: leave this out",
    "status": "what became of a payment is asked of the provider: leave this out",
    "tx_ref": "the reference is made here: leave this out",
    "user_id": "who pays is known from the token: leave this out",
    "booking_id": "the booking is in the address: leave this out",
}


class CheckoutOutput(serializers.ModelSerializer[Payment]):
    checkout_url = serializers.URLField(help_text="The provider's page, to which the guest's browser goes.")

    class Meta:
        model = Payment
        fields = ["tx_ref", "checkout_url"]
        read_only_fields = fields


class PaymentOutput(serializers.ModelSerializer[Payment]):
    refunded = serializers.DecimalField(
        max_digits=12, decimal_places=2, help_text="How much was given back, of all or a part of it; 0.00: nothing yet."
    )

    class Meta:
        model = Payment
        fields = ["tx_ref", "booking", "amount", "currency", "status", "refunded", "created_at", "updated_at"]
        read_only_fields = fields

    def to_representation(self, payment: Payment) -> dict[str, Any]:
        return {
            "tx_ref": str(payment.tx_ref),
            "booking": str(payment.booking_id),
            "amount": amount(payment.amount),
            "currency": payment.currency,
            "status": payment.status,
            "refunded": amount(payment.refunded),
            "created_at": instant(payment.created_at),
            "updated_at": instant(payment.updated_at),
        }


class PaymentInput(Input):
    not_taken = NOT_YOURS


class StartPayment(StrictAPIView):
    @extend_schema(operation_id="payment_start", request=None, responses={200: CheckoutOutput, **problems(409)})
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Pay for your stay. However often this is sent, there is one payment; one that failed is begun again."""
        read(PaymentInput, request.data)
        payment = services.payment_start(booking_id=booking_id, account=account_of(request))
        return Response({"tx_ref": str(payment.tx_ref), "checkout_url": payment.checkout_url})


class PaymentDetail(StrictAPIView):
    @extend_schema(operation_id="payment_read", responses={200: PaymentOutput})
    def get(self, request: Request, tx_ref: UUID) -> Response:
        """A payment of one of your bookings, as far as we know of it."""
        payment = get_object_or_404(selectors.payments_visible(account=account_of(request)), tx_ref=tx_ref)
        return Response(PaymentOutput(payment).data)


class WebhookInput(serializers.Serializer[Any]):
    tx_ref = serializers.CharField(required=False, help_text="Ours. It is all that is read.")


class Webhook(StrictAPIView):
    """What it says is not believed: it makes us ask the provider, in the background."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="payment_webhook",
        parameters=[OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description="HMAC-SHA256 of the body.")],
        request=WebhookInput,
        responses={200: None, **problems(403)},
        examples=[
            OpenApiExample(
                "charge",
                {"event": "charge.success", "tx_ref": "3f0a7c52-9d0b-4e0e-8f6a-2b7d5e9c4a10", "amount": "240.00"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """For the payment provider, which signs what it sends. Anything else is refused."""
        body: bytes = request._request.body
        if len(body) > MOST_BYTES:
            raise Problem(types.CONTENT_TOO_LARGE, f"a webhook has at most {MOST_BYTES:,} bytes")
        if not is_signed(body, request.headers.get(HEADER, ""), settings.PAYMENTS_WEBHOOK_SECRET):
            raise PermissionDenied(f"{HEADER} is not the signature of this body")
        said = request.data
        if not isinstance(said, dict):
            raise ParseError("the body must be a JSON object")
        services.payment_heard_of(tx_ref=str(said.get("tx_ref")))
        return Response()
