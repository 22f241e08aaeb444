from django.apps import AppConfig


class Bookings(AppConfig):
    name = "systems.bookings"
    label = "bookings"
