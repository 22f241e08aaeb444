"""graphene-django as its pages show it, in three forms: as it comes, with a prefetch, and with its optimizer."""

from typing import Any

import graphene
import graphene_django_optimizer
from django.db.models import QuerySet
from django.urls import path
from graphene_django import DjangoConnectionField, DjangoObjectType
from graphene_django.views import GraphQLView

from systems.crm import models


class Product(DjangoObjectType):
    class Meta:
        model, fields = models.Product, ["name"]


class OrderLine(DjangoObjectType):
    class Meta:
        model, fields = models.OrderLine, ["quantity", "unit_price", "product"]


class Order(DjangoObjectType):
    class Meta:
        model, fields = models.Order, ["ordered_at", "status", "total", "lines"]


class Customer(DjangoObjectType):
    class Meta:
        model, fields = models.Customer, ["name", "email", "orders"]
        interfaces = (graphene.relay.Node,)


class Naive(graphene.ObjectType):
    all_customers = DjangoConnectionField(Customer)


class Prefetch(graphene.ObjectType):
    all_customers = DjangoConnectionField(Customer)

    def resolve_all_customers(root: Any, info: Any, **place: Any) -> "QuerySet[models.Customer]":
        return models.Customer.objects.prefetch_related("orders__lines__product")


class Optimizer(graphene.ObjectType):
    all_customers = DjangoConnectionField(Customer)

    def resolve_all_customers(root: Any, info: Any, **place: Any) -> "QuerySet[models.Customer]":
        found: QuerySet[models.Customer] = graphene_django_optimizer.query(models.Customer.objects.all(), info)
        return found


urlpatterns = [
    path(f"{name}/", GraphQLView.as_view(schema=graphene.Schema(query=query)))
    for name, query in (("naive", Naive), ("prefetch", Prefetch), ("optimizer", Optimizer))
]
