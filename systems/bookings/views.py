"""Bookings over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from systems.accounts.authentication import account_of
from systems.api.fields import DatesInput, Identifier, Input, PageInput, Whole, page_arguments, read
from systems.api.idempotency import answer_once
from systems.api.output import amount, instant
from systems.api.paging import page
from systems.api.rest import StrictAPIView
from systems.api.schema import page_of, problems
from systems.bookings import selectors, services
from systems.bookings.models import Booking
from systems.listings.selectors import listings_open

# What the course's first example sent, and why none of it is the client's to say.
NOT_YOURS = {
    "user_id": "who books is known from the token: leave this out",
    "guest": "who books is known from the token: leave this out",
    "listing_id": "this field is called listing, and holds the listing's id",
    "dates": "send check_in and check_out, each a day such as 2030-03-01",
    "total_price": "the total is computed here: leave this out",
    "price_per_night": "the price is the listing's: leave this out",
    "status": "a new booking is pending: leave this out",
}


class BookingOutput(serializers.ModelSerializer[Booking]):
    class Meta:
        model = Booking
        fields = [
            "id", "listing", "guest", "check_in", "check_out", "guests", "price_per_night", "total_price", "status",
            "paid_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, booking: Booking) -> dict[str, Any]:
        return {
            "id": str(booking.pk),
            "listing": str(booking.listing_id),
            "guest": str(booking.guest_id),
            "check_in": booking.check_in.isoformat(),
            "check_out": booking.check_out.isoformat(),
            "guests": booking.guests,
            "price_per_night": amount(booking.price_per_night),
            "total_price": amount(booking.total_price),
            "status": booking.status,
            "paid_at": instant(booking.paid_at) if booking.paid_at else None,
            "created_at": instant(booking.created_at),
        }


class BookingInput(DatesInput):
    listing = Identifier()
    guests = Whole(min_value=1, max_value=50)
    not_taken = NOT_YOURS


class Bookings(StrictAPIView):
    query_serializer_class = PageInput
    KEY = OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        description="A name of your own for this booking. A request sent again with it is answered, not done again.",
    )

    @extend_schema(
        operation_id="booking_list",
        responses={200: page_of("BookingPage", BookingOutput)},
    )
    def get(self, request: Request) -> Response:
        """Your bookings, as guest and as host, the newest first."""
        visible = selectors.bookings_visible(account=account_of(request))
        found = page(request, visible, selectors.NEWEST, **page_arguments(self.query))
        return Response(found.body(BookingOutput(found.rows, many=True).data))

    @extend_schema(
        operation_id="booking_create",
        parameters=[KEY],
        request=BookingInput,
        responses={201: BookingOutput, **problems(409, 422)},
        examples=[
            OpenApiExample(
                "three nights",
                {
                    "listing": "3c1f7a52-9d0b-4e0e-8f6a-2b7d5e9c4a10",  # of the sample data
                    "check_in": timedelta(days=60),
                    "check_out": timedelta(days=63),
                    "guests": 2,
                },
                description="In two months. (In the copy in the repository, today is 1 January 2030.)",
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Ask for a stay. The guest is you, and the total is computed."""
        fields = read(BookingInput, request.data)

        def act() -> Response:
            booking = services.booking_create(guest=account_of(request), **fields)
            return Response(BookingOutput(booking).data, status=status.HTTP_201_CREATED)

        return answer_once(request, act)


class BookingDetail(StrictAPIView):
    @extend_schema(operation_id="booking_read", responses={200: BookingOutput})
    def get(self, request: Request, booking_id: UUID) -> Response:
        """One of your bookings."""
        booking = get_object_or_404(selectors.bookings_visible(account=account_of(request)), pk=booking_id)
        return Response(BookingOutput(booking).data)


class Cancel(StrictAPIView):
    @extend_schema(operation_id="booking_cancel", request=None, responses={200: BookingOutput, **problems(409)})
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Cancel a stay before it begins, as its guest or its host."""
        read(Input, request.data)
        booking = services.booking_cancel(booking_id=booking_id, account=account_of(request))
        return Response(BookingOutput(booking).data)


class Confirm(StrictAPIView):
    @extend_schema(operation_id="booking_confirm", request=None, responses={200: BookingOutput, **problems(409)})
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Accept a stay at your place."""
        read(Input, request.data)
        booking = services.booking_confirm(booking_id=booking_id, account=account_of(request))
        return Response(BookingOutput(booking).data)


class AvailabilityOutput(serializers.Serializer[Any]):
    available = serializers.BooleanField()
    taken = serializers.ListField(child=serializers.DateField(), help_text="The nights that are taken.")


class Availability(StrictAPIView):
    permission_classes = [IsAuthenticatedOrReadOnly]
    query_serializer_class = DatesInput

    @extend_schema(operation_id="listing_availability", responses={200: AvailabilityOutput})
    def get(self, request: Request, listing_id: UUID) -> Response:
        """Which nights of a stay are taken. Free now is no promise: only a booking is."""
        listing = get_object_or_404(listings_open(), pk=listing_id)
        taken = selectors.nights_taken(listing_id=listing.pk, **self.query)
        return Response(AvailabilityOutput({"available": not taken, "taken": taken}).data)
