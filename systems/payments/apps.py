from django.apps import AppConfig


class Payments(AppConfig):
    name = "systems.payments"
    label = "payments"
