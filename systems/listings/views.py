"""Listings over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import quote_etag
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from systems.accounts.authentication import account_of
from systems.accounts.models import User
from systems.api import etags
from systems.api.fields import (
    CommaSeparated,
    DatesInput,
    Day,
    Input,
    Money,
    PageInput,
    Text,
    Whole,
    WholeText,
    page_arguments,
    read,
)
from systems.api.output import amount, instant
from systems.api.paging import page
from systems.api.rest import StrictAPIView
from systems.api.schema import page_of, problems
from systems.listings import selectors, services
from systems.listings.models import Amenity, Listing, mean_rating


class HostOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name"]


class ListingOutput(serializers.ModelSerializer[Listing]):
    host = HostOutput(read_only=True)
    rating_mean = serializers.FloatField(allow_null=True, read_only=True)

    class Meta:
        model = Listing
        fields = [
            "id", "host", "title", "description", "location", "price_per_night", "max_guests", "amenities",
            "rating_mean", "rating_count", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, listing: Listing) -> dict[str, Any]:
        return written(listing, listing.host.name)


def written(listing: Any, host_name: str) -> dict[str, Any]:
    """listing: an object, or its card in a search."""
    return {
        "id": str(listing.id),
        "host": {"id": str(listing.host_id), "name": host_name},
        "title": listing.title,
        "description": listing.description,
        "location": listing.location,
        "price_per_night": amount(listing.price_per_night),
        "max_guests": listing.max_guests,
        "amenities": listing.amenities,
        "rating_mean": mean_rating(listing.rating_sum, listing.rating_count),
        "rating_count": listing.rating_count,
        "created_at": instant(listing.created_at),
    }


PRICE = r"(?:[1-9][0-9]{0,4}(?:\.[0-9]{1,2})?|100000(?:\.00?)?)"  # from 1 to 100,000


class ListingInput(Input):
    title = Text(max_length=120)
    description = Text(max_length=5_000, default="", allow_blank=True)
    location = Text(max_length=120)
    price_per_night = Money(min_value=1, max_value=100_000, pattern=PRICE)
    max_guests = Whole(min_value=1, max_value=50)
    amenities = serializers.ListField(child=serializers.ChoiceField(Amenity.choices), default=list, max_length=20)


class SearchInput(PageInput, DatesInput):
    q = Text(max_length=200, default="", allow_blank=True, help_text="Words to look for.")
    location = Text(max_length=120, default="", allow_blank=True, help_text="A part of its name.")
    min_price = Money(default=None)
    max_price = Money(default=None)
    guests = WholeText(min_value=1, max_value=50, default=None)
    amenities = CommaSeparated(child=serializers.ChoiceField(Amenity.choices), default=list)
    check_in = Day(default=None, help_text="Only what is free from this day on ...")
    check_out = Day(default=None, help_text="... to this one.")
    ordering = serializers.ChoiceField(list(selectors.ORDERINGS), default="newest")

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        if fields["ordering"] == "relevance" and not fields["q"]:
            raise serializers.ValidationError({"ordering": "relevance needs words to look for, in q"})
        return super().validate(fields)


AMENITIES = OpenApiParameter(
    "amenities",
    {"type": "array", "items": {"type": "string", "enum": Amenity.values}},
    explode=False,
    description="All of these, with commas between.",
)
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read.")
IF_STILL = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag you read.")
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag you have.")
FLAT = {
    "title": "Flat at the harbour",
    "description": "Two rooms, a balcony, and gulls at six.",
    "location": "Pula",
    "price_per_night": "80.00",
    "max_guests": 3,
    "amenities": ["wifi", "kitchen"],
}


class Listings(StrictAPIView):
    permission_classes = [IsAuthenticatedOrReadOnly]
    query_serializer_class = SearchInput

    @extend_schema(
        operation_id="listing_search",
        parameters=[AMENITIES],
        responses={200: page_of("ListingPage", ListingOutput)},
    )
    def get(self, request: Request) -> Response:
        """Search for places. Ranked by relevance are the newest 1,000 that match."""
        place, filters = page_arguments(self.query), self.query
        ordering = selectors.ORDERINGS[filters["ordering"]]
        found = page(request, selectors.listings_search(**filters), ordering, **place)
        return Response(found.body([written(card, card.host__name) for card in found.rows]))

    @extend_schema(
        operation_id="listing_create",
        request=ListingInput,
        responses={201: ListingOutput},
        examples=[OpenApiExample("a flat", FLAT, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Offer a place. You are its host."""
        listing = services.listing_create(host=account_of(request), **read(ListingInput, request.data))
        return _answer(listing, status.HTTP_201_CREATED)


class ListingDetail(StrictAPIView):
    permission_classes = [IsAuthenticatedOrReadOnly]
    has_etag = True

    @extend_schema(
        operation_id="listing_read",
        parameters=[IF_NONE_MATCH],
        responses={200: ListingOutput, 304: None},
    )
    def get(self, request: Request, listing_id: UUID) -> HttpResponse:
        """One place, with its ETag."""
        listing = get_object_or_404(selectors.listings_open(), pk=listing_id)
        return etags.answer_with_etag(request, _answer(listing), listing.revision)

    @extend_schema(
        operation_id="listing_update",
        parameters=[IF_MATCH],
        request=ListingInput(partial=True),
        responses={200: ListingOutput, **problems(428)},
        examples=[OpenApiExample("a new price", {"price_per_night": "95.00"}, request_only=True)],
    )
    def patch(self, request: Request, listing_id: UUID) -> Response:
        """Change your place, if it is still as you read it."""
        changes = read(ListingInput, request.data, partial=True)
        revisions = etags.required_condition(request)
        return _answer(
            services.listing_update(listing_id=listing_id, account=account_of(request), revisions=revisions, **changes)
        )

    @extend_schema(
        operation_id="listing_withdraw",
        parameters=[IF_STILL],
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, listing_id: UUID) -> Response:
        """Take your place off the market. Bookings that were made stay."""
        revisions = etags.condition(request)
        services.listing_withdraw(listing_id=listing_id, account=account_of(request), revisions=revisions)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(listing: Listing, status: int = status.HTTP_200_OK) -> Response:
    return Response(ListingOutput(listing).data, status=status, headers={"ETag": quote_etag(listing.revision)})
