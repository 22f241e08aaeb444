from django.urls import path

from systems.bookings import views

urlpatterns = [
    path("", views.Bookings.as_view(), name="bookings"),
    path("<uuid:booking_id>/", views.BookingDetail.as_view(), name="booking"),
    path("<uuid:booking_id>/cancel/", views.Cancel.as_view(), name="booking-cancel"),
    path("<uuid:booking_id>/confirm/", views.Confirm.as_view(), name="booking-confirm"),
]
