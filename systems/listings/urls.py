from django.urls import path

from systems.listings import views

urlpatterns = [
    path("listings/", views.Listings.as_view(), name="listings"),
    path("listings/<id:listing_id>/", views.ListingDetail.as_view(), name="listing"),
]
