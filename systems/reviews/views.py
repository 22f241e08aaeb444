"""Reviews over HTTP."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from systems.accounts.authentication import account_of
from systems.api.fields import Input, PageInput, Text, Whole, page_arguments, read
from systems.api.output import instant
from systems.api.paging import page
from systems.api.rest import StrictAPIView
from systems.api.schema import page_of, problems
from systems.core.cursor import Ordering
from systems.listings.selectors import listings_open
from systems.reviews import services
from systems.reviews.models import Review

SHOWN = ("listing", "rating", "comment", "reply", "replied_at", "created_at", "booking__guest__name")
NEWEST = Ordering("newest", ["created_at", "id"], descending=True)


class ReviewOutput(serializers.ModelSerializer[Review]):
    guest_name = serializers.CharField(source="booking.guest.name", read_only=True)

    class Meta:
        model = Review
        fields = ["id", "listing", "guest_name", "rating", "comment", "reply", "replied_at", "created_at"]
        read_only_fields = fields

    def to_representation(self, review: Review) -> dict[str, Any]:
        return {
            "id": str(review.pk),
            "listing": str(review.listing_id),
            "guest_name": review.booking.guest.name,
            "rating": review.rating,
            "comment": review.comment,
            "reply": review.reply,
            "replied_at": instant(review.replied_at) if review.replied_at else None,
            "created_at": instant(review.created_at),
        }


class ReviewInput(Input):
    rating = Whole(min_value=1, max_value=5)
    comment = Text(max_length=5_000, default="", allow_blank=True)


class Reviews(StrictAPIView):
    permission_classes = [IsAuthenticatedOrReadOnly]
    query_serializer_class = PageInput

    @extend_schema(operation_id="review_list", responses={200: page_of("ReviewPage", ReviewOutput)})
    def get(self, request: Request, listing_id: UUID) -> Response:
        """What guests say of a place, the newest first."""
        listing = get_object_or_404(listings_open(), pk=listing_id)
        reviews = listing.reviews.select_related("booking__guest").only(*SHOWN)
        found = page(request, reviews, NEWEST, **page_arguments(self.query))
        return Response(found.body(ReviewOutput(found.rows, many=True).data))

    @extend_schema(
        operation_id="review_create",
        request=ReviewInput,
        responses={201: ReviewOutput, **problems(409)},
        examples=[OpenApiExample("happy", {"rating": 5, "comment": "The gulls were on time."}, request_only=True)],
    )
    def post(self, request: Request, listing_id: UUID) -> Response:
        """Review a stay that is over, once."""
        fields = read(ReviewInput, request.data)
        review = services.review_create(guest=account_of(request), listing_id=listing_id, **fields)
        return Response(ReviewOutput(review).data, status=status.HTTP_201_CREATED)


class ReplyInput(Input):
    reply = Text(max_length=5_000)


class Reply(StrictAPIView):
    @extend_schema(
        operation_id="review_reply",
        request=ReplyInput,
        responses={200: ReviewOutput, **problems(409)},
        examples=[OpenApiExample("polite", {"reply": "They send their regards."}, request_only=True)],
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        """Answer a review of your place, once."""
        fields = read(ReplyInput, request.data)
        review = services.review_reply(review_id=review_id, host=account_of(request), **fields)
        return Response(ReviewOutput(review).data)
