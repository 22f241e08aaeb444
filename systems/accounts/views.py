"""Registering, signing in and out, and one's own profile. Views parse, call a service, and answer."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from systems.accounts import services
from systems.accounts.authentication import account_of
from systems.accounts.models import User
from systems.api.address import client_address
from systems.api.fields import Input, Text, read
from systems.api.rest import StrictAPIView
from systems.api.schema import problems

LONGEST_PASSWORD = 128  # a hash takes the longer the longer the password is


class UserOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "role"]


class TokenPairOutput(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class RefreshInput(Input):
    refresh = Text(max_length=200)


class RegisterInput(Input):
    email = serializers.EmailField(max_length=254)
    password = Text(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True)
    name = Text(max_length=100, default="", allow_blank=True)
    role = serializers.ChoiceField(["guest", "host"], default="guest")


class Register(StrictAPIView):
    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="register",
        request=RegisterInput,
        responses={201: UserOutput, **problems(429)},
        examples=[
            OpenApiExample(
                "a guest",
                {"email": "bo@example.com", "password": "correct horse battery", "name": "Bo"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Make an account."""
        user = services.user_register(**read(RegisterInput, request.data), address=client_address(request))
        return Response(UserOutput(user).data, status=status.HTTP_201_CREATED)


class TokenInput(Input):
    email = Text(max_length=254)
    password = Text(max_length=LONGEST_PASSWORD, trim_whitespace=False)


class Token(StrictAPIView):
    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="token_obtain",
        request=TokenInput,
        responses={200: TokenPairOutput, **problems(401, 429)},
        examples=[
            OpenApiExample("Bo", {"email": "bo@example.com", "password": "correct horse battery"}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        """Sign in: an access token for minutes, and a refresh token for the next one."""
        pair = services.token_obtain(**read(TokenInput, request.data), address=client_address(request))
        return Response(TokenPairOutput(pair).data)


SECRET = OpenApiExample("the last one", {"refresh": "kq3Yk0m1cOZ8x2nB7sVd5tLw9eRgUaHj4fPiQyXvTbM"}, request_only=True)


class Refresh(StrictAPIView):
    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="token_refresh",
        request=RefreshInput,
        responses={200: TokenPairOutput, **problems(401)},
        examples=[SECRET],
    )
    def post(self, request: Request) -> Response:
        """The next pair. A refresh token is good for one use; the next one is in the answer."""
        return Response(TokenPairOutput(services.token_refresh(**read(RefreshInput, request.data))).data)


class Logout(StrictAPIView):
    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(operation_id="logout", request=RefreshInput, responses={204: None}, examples=[SECRET])
    def post(self, request: Request) -> Response:
        """Sign out: all refresh tokens of this login are dead. An access token runs out by itself, minutes later."""
        services.token_revoke(**read(RefreshInput, request.data))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProfileInput(Input):
    name = Text(max_length=100, allow_blank=True)


class Me(StrictAPIView):
    @extend_schema(operation_id="me", responses={200: UserOutput})
    def get(self, request: Request) -> Response:
        """Your own account."""
        return Response(UserOutput(account_of(request)).data)

    @extend_schema(
        operation_id="me_update",
        request=ProfileInput(partial=True),
        responses={200: UserOutput},
        examples=[OpenApiExample("a name", {"name": "Bo"}, request_only=True)],
    )
    def patch(self, request: Request) -> Response:
        """Change your name. Address and role are not yours to change here."""
        fields = read(ProfileInput, request.data, partial=True)
        return Response(UserOutput(services.user_update(user_id=account_of(request).pk, **fields)).data)
