from django.urls import path

from systems.listings import views
from systems.reviews.views import Reviews

urlpatterns = [
    path("", views.Listings.as_view(), name="listings"),
    path("<uuid:listing_id>/", views.ListingDetail.as_view(), name="listing"),
    path("<uuid:listing_id>/availability/", views.Availability.as_view(), name="availability"),
    path("<uuid:listing_id>/reviews/", Reviews.as_view(), name="reviews"),
]
