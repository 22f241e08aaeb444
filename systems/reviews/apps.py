from django.apps import AppConfig


class Reviews(AppConfig):
    name = "systems.reviews"
    label = "reviews"
