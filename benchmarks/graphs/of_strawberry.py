"""strawberry-django as its pages show it, with the extension that they recommend against a query for each row."""

import strawberry
import strawberry_django
from django.urls import path
from strawberry.django.views import GraphQLView
from strawberry.relay import Node
from strawberry_django.optimizer import DjangoOptimizerExtension
from strawberry_django.relay import DjangoListConnection

from systems.crm import models

Status = strawberry.enum(models.Status)


@strawberry_django.type(models.Product)
class Product:
    name: strawberry.auto


@strawberry_django.type(models.OrderLine)
class OrderLine:
    quantity: strawberry.auto
    unit_price: strawberry.auto
    product: Product


@strawberry_django.type(models.Order)
class Order:
    ordered_at: strawberry.auto
    status: Status  # type: ignore[valid-type]
    total: strawberry.auto
    lines: list[OrderLine]


@strawberry_django.type(models.Customer)
class Customer(Node):
    name: strawberry.auto
    email: strawberry.auto
    orders: list[Order]


@strawberry.type
class Query:
    all_customers: DjangoListConnection[Customer] = strawberry_django.connection()


schema = strawberry.Schema(query=Query, extensions=[DjangoOptimizerExtension])
urlpatterns = [path("graphql/", GraphQLView.as_view(schema=schema))]
