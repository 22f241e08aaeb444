from django.apps import AppConfig


class Bookings(AppConfig):
    name = "systems.bookings"
    label = "bookings"

    def ready(self) -> None:
        from systems.bookings.selectors import listings_without_stay  # its models are there only now
        from systems.listings import availability

        availability.register(listings_without_stay)
