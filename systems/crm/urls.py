from django.urls import path

from systems.crm.graph.view import GraphQL

urlpatterns = [path("", GraphQL.as_view(), name="graphql")]
