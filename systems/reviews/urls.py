from django.urls import path

from systems.reviews import views

urlpatterns = [path("<uuid:review_id>/reply/", views.Reply.as_view(), name="review-reply")]
