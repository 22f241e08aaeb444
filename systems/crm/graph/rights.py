"""Who may ask for which field: the whole truth, in one table. No one may ask for a field that is not in it.

Which rows one sees is another question (crm/selectors.py). A sales person sees the own customers and their orders, a
manager all of them. An admin keeps the machine running, and for that sees what there is and in which state, but neither
how to reach a customer nor what was paid. All others have no rights here.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from graphql import FieldNode, GraphQLError
from graphql.validation import ValidationContext, ValidationRule

from systems.accounts.models import Role, User
from systems.api import problems
from systems.api.handlers import SIGN_IN
from systems.api.problems import Problem

TABLE = """
Query.customer                  sales manager admin
Query.allCustomers              sales manager admin
Query.allProducts               sales manager admin
Query.allOrders                 sales manager admin
Query.node                      sales manager admin
Node.id                         sales manager admin

Customer.id                     sales manager admin
Customer.databaseId             sales manager admin
Customer.name                   sales manager admin
Customer.email                  sales manager
Customer.phone                  sales manager
Customer.createdAt              sales manager admin
Customer.owner                  sales manager admin
Customer.orders                 sales manager admin
Customer.ordersConnection       sales manager admin
SalesPerson.id                  sales manager admin
SalesPerson.name                sales manager admin
SalesPerson.email               sales manager admin

Product.id                      sales manager admin
Product.databaseId              sales manager admin
Product.name                    sales manager admin
Product.price                   sales manager admin
Product.stock                   sales manager admin

Order.id                        sales manager admin
Order.databaseId                sales manager admin
Order.customer                  sales manager admin
Order.status                    sales manager admin
Order.orderedAt                 sales manager admin
Order.total                     sales manager
Order.product                   sales manager admin
Order.lines                     sales manager admin
OrderLine.product               sales manager admin
OrderLine.quantity              sales manager admin
OrderLine.unitPrice             sales manager

CustomerConnection.pageInfo     sales manager admin
CustomerConnection.edges        sales manager admin
CustomerEdge.node               sales manager admin
CustomerEdge.cursor             sales manager admin
ProductConnection.pageInfo      sales manager admin
ProductConnection.edges         sales manager admin
ProductEdge.node                sales manager admin
ProductEdge.cursor              sales manager admin
OrderConnection.pageInfo        sales manager admin
OrderConnection.edges           sales manager admin
OrderEdge.node                  sales manager admin
OrderEdge.cursor                sales manager admin
PageInfo.hasNextPage            sales manager admin
PageInfo.hasPreviousPage        sales manager admin
PageInfo.startCursor            sales manager admin
PageInfo.endCursor              sales manager admin

Mutation.createCustomer                 sales manager
CreateCustomer.customer                 sales manager
Mutation.bulkCreateCustomers            sales manager
BulkCreateCustomers.created             sales manager
BulkCreateCustomers.customers           sales manager
BulkCreateCustomers.errors              sales manager
RowError.row                            sales manager
RowError.fields                         sales manager
FieldError.field                        sales manager
FieldError.code                         sales manager
FieldError.message                      sales manager
Mutation.createOrder                    sales manager
CreateOrder.order                       sales manager
Mutation.updateOrderStatus              sales manager
UpdateOrderStatus.order                 sales manager
Mutation.createProduct                        manager
CreateProduct.product                         manager
Mutation.updateLowStockProducts               manager
UpdateLowStockProducts.updated                manager
UpdateLowStockProducts.products               manager
"""


def _rows() -> Iterator[tuple[str, frozenset[Role]]]:
    for line in filter(None, TABLE.splitlines()):
        field, *roles = line.split()
        yield field, frozenset(map(Role, roles))


RIGHTS = dict(_rows())


def may(account: Any, field: str) -> bool:
    """field: of a type, such as Customer.email."""
    return account.role in RIGHTS.get(field, ())


def require(account: User, field: str) -> None:
    """Raises PermissionDenied."""
    if not may(account, field):
        raise PermissionDenied(f"{field} is not for the role {account.role}")


class RightsRule(ValidationRule):
    """Refuses, before anything is executed, a query that asks for a field that the account may not read.

    What begins with two underscores tells of the schema, not of the data, and is for anyone.
    """

    account: Any = None

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._refused = False

    @classmethod
    def of(cls, account: Any) -> "type[RightsRule]":
        return type("RightsRule", (cls,), {"account": account})

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, name = self.context.get_parent_type(), node.name.value
        if name.startswith("__") or (parent and parent.name.startswith("__")):
            return
        if not self.account.is_authenticated:
            if not self._refused:
                self._refused = True
                problem = Problem(
                    problems.NOT_AUTHENTICATED, "data needs an account: send a bearer token", headers=SIGN_IN
                )
                self.report_error(GraphQLError(problem.detail, node, original_error=problem))
        elif parent and self.context.get_field_def():
            try:
                require(self.account, f"{parent.name}.{name}")
            except PermissionDenied as error:
                self.report_error(GraphQLError(str(error), node, original_error=error))
