from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import Group

from systems.accounts.models import TokenFamily, User
from systems.api.admin import StrictModelAdmin
from systems.core.errors import TooManyAttempts


class SignIn(AdminAuthenticationForm):
    """A refusal of the backend that counts guesses (backends.py), in the form's own way."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as error:
            raise forms.ValidationError(str(error)) from error


admin.site.login_form = SignIn
admin.site.unregister(Group)  # rights come from the role alone: a group would give nobody anything


@admin.register(User)
class UserAdmin(StrictModelAdmin):
    list_display = ["email", "name", "role", "is_active", "created_at"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "role", "is_active", "created_at", "last_login"]
    readonly_fields = ["created_at", "last_login"]

    def has_add_permission(self, request: object) -> bool:
        return False  # an account without a password could never sign in; people register themselves


@admin.register(TokenFamily)
class TokenFamilyAdmin(StrictModelAdmin):
    """Logins: who is signed in where. To end one, set when it was revoked."""

    list_display = ["user", "created_at", "revoked_at"]
    list_filter = ["revoked_at"]
    search_fields = ["user__email"]
    readonly_fields = ["user", "created_at"]

    def has_add_permission(self, request: object) -> bool:
        return False
