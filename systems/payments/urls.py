from django.urls import path

from systems.payments import views

urlpatterns = [
    path("bookings/<id:booking_id>/payment/", views.StartPayment.as_view(), name="payment-start"),
    path("payments/webhook/", views.Webhook.as_view(), name="payment-webhook"),
    path("payments/<id:tx_ref>/", views.PaymentDetail.as_view(), name="payment"),
]
