from django.urls import path

from systems.bookings import views

urlpatterns = [
    path("listings/<id:listing_id>/availability/", views.Availability.as_view(), name="availability"),
    path("bookings/", views.Bookings.as_view(), name="bookings"),
    path("bookings/<id:booking_id>/", views.BookingDetail.as_view(), name="booking"),
    path("bookings/<id:booking_id>/cancel/", views.Cancel.as_view(), name="booking-cancel"),
    path("bookings/<id:booking_id>/confirm/", views.Confirm.as_view(), name="booking-confirm"),
]
