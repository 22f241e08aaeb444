"""No GraphQL at all: the rows, prefetched, as JSON of the same form. It can answer this question, and no other."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path

from systems.crm.models import Customer, Order, OrderLine


def customers(request: HttpRequest) -> JsonResponse:
    found = Customer.objects.prefetch_related("orders__lines__product")[:100]
    edges = [{"node": of_customer(one)} for one in found]
    return JsonResponse({"data": {"allCustomers": {"edges": edges}}}, json_dumps_params={"separators": (",", ":")})


def of_customer(customer: Customer) -> dict[str, Any]:
    return {"name": customer.name, "email": customer.email, "orders": list(map(of_order, customer.orders.all()))}


def of_order(order: Order) -> dict[str, Any]:
    return {
        "orderedAt": order.ordered_at.isoformat(),
        "status": order.status.upper(),
        "total": str(order.total),
        "lines": list(map(of_line, order.lines.all())),
    }


def of_line(line: OrderLine) -> dict[str, Any]:
    return {"quantity": line.quantity, "unitPrice": str(line.unit_price), "product": {"name": line.product.name}}


urlpatterns = [path("graphql/", customers)]
