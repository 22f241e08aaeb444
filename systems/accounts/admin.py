from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from systems.accounts import failed_logins
from systems.accounts.models import TokenFamily, User
from systems.api.address import client_address
from systems.core.errors import TooManyAttempts


class SignIn(AdminAuthenticationForm):
    """Guesses are counted here, too, together with those at the API."""

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username", "").strip().lower()
        who = {"address": client_address(self.request), "account": account}
        try:
            failed_logins.count(**who)
        except TooManyAttempts as error:
            wait = error.retry_after
            raise forms.ValidationError(f"Too many attempts to sign in: try again in {wait} seconds.") from error
        cleaned = super().clean()
        failed_logins.forget(**who)
        return cleaned


admin.site.login_form = SignIn
admin.site.unregister(Group)  # rights come from the role alone: a group would give nobody anything


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "name", "role", "is_active", "created_at"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "role", "is_active", "created_at", "last_login"]
    readonly_fields = ["created_at", "last_login"]

    def has_add_permission(self, request: object) -> bool:
        return False  # an account without a password could never sign in; people register themselves


@admin.register(TokenFamily)
class TokenFamilyAdmin(admin.ModelAdmin):
    """Logins: who is signed in where. To end one, set when it was revoked."""

    list_display = ["user", "created_at", "revoked_at"]
    list_filter = ["revoked_at"]
    search_fields = ["user__email"]
    readonly_fields = ["user", "created_at"]

    def has_add_permission(self, request: object) -> bool:
        return False
