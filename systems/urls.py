"""All addresses of the project, in one place."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import (
    SpectacularJSONAPIView,
    SpectacularRedocView,
    SpectacularSwaggerView,
    SpectacularYAMLAPIView,
)

from systems.web import views

PAGE = ["get", "head"]  # REST framework's OPTIONS has no template to answer with

api = [
    path("auth/", include("systems.accounts.urls")),
    path("listings/", include("systems.listings.urls")),
    path("bookings/", include("systems.bookings.urls")),
    path("reviews/", include("systems.reviews.urls")),
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
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = "systems.web.handlers.bad_request"
handler403 = "systems.web.handlers.forbidden"
handler404 = "systems.web.handlers.not_found"
handler500 = "systems.web.handlers.server_error"
