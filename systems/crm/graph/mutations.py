"""What a client may change. Each mutation reads its input, calls a service, and answers with what there is now."""

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from systems.core.cursor import DEFAULT_SIZE
from systems.crm import bulk, models, services
from systems.crm.graph import types
from systems.crm.graph.dataloader import as_batch
from systems.crm.graph.errors import field_errors
from systems.crm.graph.filters import OrderStatus
from systems.crm.graph.scalars import Money, key_of


class CustomerInput(graphene.InputObjectType):
    name = graphene.String(required=True)
    email = graphene.String(required=True)
    phone = graphene.String(default_value="")


class CreateCustomer(graphene.Mutation):
    """A new customer, of the account that asks."""

    class Arguments:
        input = CustomerInput(required=True)

    customer = graphene.Field(types.Customer, required=True)

    def mutate(root: Any, info: GraphQLResolveInfo, input: Any) -> "CreateCustomer":
        return CreateCustomer(customer=services.customer_create(owner=info.context.user, **_given(input)))


class FieldError(graphene.ObjectType):
    field = graphene.String(required=True, description="Empty where it is about several.")
    code = graphene.String(required=True)
    message = graphene.String(required=True)


class RowError(graphene.ObjectType):
    """Why one row of many was refused."""

    row = graphene.Int(required=True, description="Its place in the input, from 0.")
    fields = graphene.List(graphene.NonNull(FieldError), required=True)


class BulkCreateCustomers(graphene.Mutation):
    """Many customers, up to 10,000. Good rows are kept; each bad row gets its errors."""

    class Arguments:
        input = graphene.List(graphene.NonNull(CustomerInput), required=True)

    created = graphene.Int(required=True, description="How many.")
    customers = graphene.List(
        graphene.NonNull(types.Customer), required=True, first=graphene.Int(default_value=DEFAULT_SIZE)
    )
    errors = graphene.List(graphene.NonNull(RowError), required=True)

    def mutate(root: Any, info: GraphQLResolveInfo, input: list[Any]) -> "BulkCreateCustomers":
        result = bulk.customers_create(owner=info.context.user, rows=[_given(row) for row in input])
        errors = [RowError(row=one.row, fields=_field_errors(one.error)) for one in result.refused]
        return BulkCreateCustomers(created=len(result.created), customers=result.created, errors=errors)

    def resolve_customers(payload: Any, info: GraphQLResolveInfo, first: int | None) -> list[models.Customer]:
        return _first(payload.customers, first)


class ProductInput(graphene.InputObjectType):
    name = graphene.String(required=True)
    price = Money(required=True)
    stock = graphene.Int(default_value=0)


class CreateProduct(graphene.Mutation):
    """A new product, with its stock."""

    class Arguments:
        input = ProductInput(required=True)

    product = graphene.Field(types.Product, required=True)

    def mutate(root: Any, info: GraphQLResolveInfo, input: Any) -> "CreateProduct":
        return CreateProduct(product=services.product_create(**_given(input)))


class OrderLineInput(graphene.InputObjectType):
    product_id = graphene.ID(required=True)
    quantity = graphene.Int(default_value=1)


class OrderInput(graphene.InputObjectType):
    customer_id = graphene.ID(required=True)
    lines = graphene.List(graphene.NonNull(OrderLineInput), required=True)


class CreateOrder(graphene.Mutation):
    """Order for a customer. The stock is taken with it, or nothing happens; prices and total are the server's."""

    class Arguments:
        input = OrderInput(required=True)

    order = graphene.Field(types.Order, required=True)

    def mutate(root: Any, info: GraphQLResolveInfo, input: Any) -> "CreateOrder":
        lines = [
            services.LineInput(key_of(line.product_id, "Product", "product_id"), _given(line).get("quantity", 1))
            for line in input.lines
        ]
        customer = key_of(input.customer_id, "Customer", "customer_id")
        order = services.order_create(account=info.context.user, customer_id=customer, lines=lines)
        return CreateOrder(order=order)


class UpdateOrderStatus(graphene.Mutation):
    """Take an order to its next status: pending, paid, shipped, delivered; cancelled before it is shipped."""

    class Arguments:
        id = graphene.ID(required=True)
        status = OrderStatus(required=True)

    order = graphene.Field(types.Order, required=True)

    def mutate(root: Any, info: GraphQLResolveInfo, id: str, status: Any) -> "UpdateOrderStatus":
        key = key_of(id, "Order")
        return UpdateOrderStatus(order=services.order_move(account=info.context.user, order_id=key, to=status.value))


class UpdateLowStockProducts(graphene.Mutation):
    """Ten more of each product of which fewer than ten are left."""

    updated = graphene.Int(required=True, description="How many products.")
    products = graphene.List(
        graphene.NonNull(types.Product), required=True, first=graphene.Int(default_value=DEFAULT_SIZE)
    )

    def mutate(root: Any, info: GraphQLResolveInfo) -> "UpdateLowStockProducts":
        products = services.products_restock()
        return UpdateLowStockProducts(updated=len(products), products=products)

    def resolve_products(payload: Any, info: GraphQLResolveInfo, first: int | None) -> list[models.Product]:
        return _first(payload.products, first)


class Mutation(graphene.ObjectType):
    """Each may be null: of several in one request, one that fails must not hide what the others did."""

    create_customer = CreateCustomer.Field()
    bulk_create_customers = BulkCreateCustomers.Field()
    create_product = CreateProduct.Field()
    create_order = CreateOrder.Field()
    update_order_status = UpdateOrderStatus.Field()
    update_low_stock_products = UpdateLowStockProducts.Field()


def _given(input: Any) -> dict[str, Any]:
    """The values that were sent. A null counts as nothing: where there is no default, the schema allows none."""
    return {name: value for name, value in input.items() if value is not None}


def _first(rows: list[Any], first: int | None) -> list[Any]:
    return as_batch(rows[: DEFAULT_SIZE if first is None else first])


def _field_errors(error: Any) -> list[FieldError]:
    return [FieldError(**one) for one in field_errors(error)]
