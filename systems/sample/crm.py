"""Sample data of the CRM: the same each time, like those of the places to stay (data.py)."""

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from systems.accounts.models import User
from systems.crm.models import Customer, Order, OrderLine, Product, Status

CUSTOMERS = {"small": 40, "medium": 2_000, "large": 50_000}
FIRST = ["Abebe", "Almaz", "Chidi", "Desta", "Hanna", "Kofi", "Lena", "Miro", "Nia", "Sofia", "Tove", "Yusuf"]
LAST = ["Bekele", "Diallo", "Haile", "Iversen", "Kovač", "Mensah", "Novak", "Okafor", "Rossi", "Tesfaye"]
THINGS = ["Chair", "Desk", "Keyboard", "Lamp", "Laptop", "Monitor", "Mug", "Notebook", "Phone", "Printer"]
KINDS = ["Basic", "Compact", "Studio", "Travel"]
ORDERS = 3  # of each customer


def fill(size: str, sellers: list[User]) -> int:
    """Make what is not there; return the number of new customers, which are shared out among the sellers."""
    if Customer.objects.exists():
        return 0
    chance = random.Random(size)  # noqa: S311 - the same each time, which is the point
    products = Product.objects.bulk_create(_products(chance))
    made = [_customer(number, sellers, chance) for number in range(CUSTOMERS[size])]
    customers = Customer.objects.bulk_create(made, batch_size=1_000)
    orders = [_order(customer, products, chance) for customer in customers for _ in range(ORDERS)]
    Order.objects.bulk_create([order for order, _ in orders], batch_size=1_000)
    OrderLine.objects.bulk_create([line for _, lines in orders for line in lines], batch_size=1_000)
    return len(customers)


def _products(chance: random.Random) -> list[Product]:
    return [
        Product(
            name=f"{kind} {thing}", price=Decimal(chance.randrange(500, 90_000)) / 100, stock=chance.randrange(0, 60)
        )
        for thing in THINGS
        for kind in KINDS
    ]


def _customer(number: int, sellers: list[User], chance: random.Random) -> Customer:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    return Customer(
        owner=sellers[number % len(sellers)],
        name=f"{first} {last}",
        email=f"{first}.{number}@example.org".lower(),
        phone=f"+25191{chance.randrange(10**7):07}",
        created_at=timezone.now() - timedelta(days=chance.randrange(400, 800), seconds=number),
    )


def _order(customer: Customer, products: list[Product], chance: random.Random) -> tuple[Order, list[OrderLine]]:
    order = Order(
        customer=customer,
        status=chance.choice(Status.values),
        ordered_at=timezone.now() - timedelta(days=chance.randrange(1, 400), seconds=chance.randrange(86_400)),
    )
    lines = [
        OrderLine(order=order, product=product, quantity=chance.randrange(1, 5), unit_price=product.price)
        for product in chance.sample(products, chance.randrange(1, 4))
    ]
    order.total = sum((line.quantity * line.unit_price for line in lines), Decimal())
    return order, lines
