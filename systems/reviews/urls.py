from django.urls import path

from systems.reviews import views

urlpatterns = [
    path("listings/<id:listing_id>/reviews/", views.Reviews.as_view(), name="reviews"),
    path("reviews/<id:review_id>/reply/", views.Reply.as_view(), name="review-reply"),
]
