from django.apps import AppConfig


class Listings(AppConfig):
    name = "systems.listings"
    label = "listings"
