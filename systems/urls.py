"""All addresses of the project, in one place."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import (
    SpectacularJSONAPIView,
    SpectacularRedocView,
    SpectacularSwaggerView,
    SpectacularYAMLAPIView,
)

from systems.api import views
from systems.ops import views as probes

PAGE = ["get", "head"]  # REST framework's OPTIONS has no template to answer with

api: list[URLPattern | URLResolver] = [
    path("", include("systems.accounts.urls")),
    path("", include("systems.listings.urls")),
    path("", include("systems.bookings.urls")),
    path("", include("systems.reviews.urls")),
    path("", include("systems.payments.urls")),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("schema.yaml", SpectacularYAMLAPIView.as_view(), name="schema-yaml"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema", http_method_names=PAGE), name="swagger-ui"),
    path("redoc/", SpectacularRedocView.as_view(url_name="schema", http_method_names=PAGE), name="redoc"),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("graphql/", include("systems.crm.urls")),
    path("admin/", admin.site.urls),
    path("problems/<slug:slug>", views.problem, name="problem"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
]

handler400 = "systems.api.handlers.bad_request"
handler403 = "systems.api.handlers.forbidden"
handler404 = "systems.api.handlers.not_found"
handler500 = "systems.api.handlers.server_error"
