"""Many orders at once, over real HTTP, against several processes: no product is sold that is not there."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import psycopg
import pytest
import requests

import nexus
from nexus import Lab
from nexus.systems import Role

WORLD = """
import json
from decimal import Decimal
from systems.accounts.models import User
from systems.crm.models import Customer, Product
owner = User.objects.get(email="sales@example.com")
customer = Customer.objects.create(owner=owner, name="Customer", email="customer@example.org")
make = lambda name, stock: Product.objects.create(name=name, price=Decimal("2.50"), stock=stock).pk
print(json.dumps({"customer": customer.pk, "scarce": make("Scarce", 30), "left": make("Left", 1000),
                  "right": make("Right", 1000), "low": make("Low", 2), "returned": make("Returned", 0)}))
"""
IDLE = """
import json
from datetime import timedelta
from django.utils import timezone
from systems.accounts.models import User
from systems.crm.models import Customer
owner, then = User.objects.get(email="sales@example.com"), timezone.now() - timedelta(days=3000)
make = lambda name: Customer.objects.create(owner=owner, name=name, email=f"{name}@idle.example", created_at=then).pk
print(json.dumps({name: make(name) for name in ("idle", "ordering")}))
"""
CLEAN_UP = """
from datetime import timedelta
from django.utils import timezone
from systems.crm.services import customers_clean_up
print(customers_clean_up(cutoff=timezone.now() - timedelta(days=2500)))
"""
ORDER = "mutation($order: OrderInput!) { createOrder(input: $order) { order { databaseId total } } }"
MOVE = "mutation($id: ID!) { updateOrderStatus(id: $id, status: CANCELLED) { order { status } } }"
RESTOCK = "mutation { updateLowStockProducts { updated } }"


class Crm:
    def __init__(self, lab: Lab, served: Role) -> None:
        self.lab, self.served, self.url = lab, served, f"{served.url}/graphql/"
        self.world: dict[str, int] = json.loads(served.manage("shell", "-v", "0", "-c", WORLD).splitlines()[-1])
        self.tokens = {
            name: served.sign_in(f"{name}@example.com").headers["Authorization"] for name in ("sales", "manager")
        }

    def ask(self, query: str, who: str = "sales", **variables: Any) -> Any:
        """On a connection of its own: one that is kept may be closed by the server just as the next request leaves."""
        headers = {"Authorization": self.tokens[who]}
        answer = requests.post(self.url, json={"query": query, "variables": variables}, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def order(self, *products: int, quantity: int = 1, customer: int | None = None) -> Any:
        lines = [{"productId": product, "quantity": quantity} for product in products]
        return self.ask(ORDER, order={"customerId": customer or self.world["customer"], "lines": lines})

    def stock(self, product: str) -> int:
        return int(self.lab.sql("select stock from crm_product where id = %s", [self.world[product]])[0])


@pytest.fixture(scope="module")
def crm(worker_id: str) -> Iterator[Crm]:
    lab = nexus.open(f"test-concurrent-orders-{worker_id}", needs=("postgres", "redis"))
    served = nexus.serve("api", workers=3, access_minutes=60)
    yield Crm(lab, served)
    served.stop()
    lab.close()


def codes(answers: list[Any]) -> dict[str, int]:
    return dict(Counter(one["errors"][0]["extensions"]["code"] if "errors" in one else "made" for one in answers))


def test_of_100_who_want_one_of_30_at_once_30_get_it(crm: Crm) -> None:
    answers = nexus.race(crm.order, [crm.world["scarce"]] * 100)
    assert codes(answers) == {"made": 30, "OUT_OF_STOCK": 70}
    assert crm.stock("scarce") == 0
    assert crm.lab.sql("select sum(quantity) from crm_orderline where product_id = %s", [crm.world["scarce"]]) == [30]


def test_100_orders_of_the_same_two_products_never_deadlock(crm: Crm) -> None:
    left, right = crm.world["left"], crm.world["right"]
    answers = nexus.race(crm.order, [(left, right), (right, left)] * 50)
    assert codes(answers) == {"made": 100}
    assert (crm.stock("left"), crm.stock("right")) == (900, 900)


def test_of_20_who_restock_at_once_one_does(crm: Crm) -> None:
    crm.lab.sql("update crm_product set stock = 50 where stock < 10")
    crm.lab.sql("update crm_product set stock = 2 where id = %s", [crm.world["low"]])
    answers = nexus.race(lambda _: crm.ask(RESTOCK, "manager"), range(20))
    assert Counter(one["data"]["updateLowStockProducts"]["updated"] for one in answers) == {1: 1, 0: 19}
    assert crm.stock("low") == 12


def test_an_order_cancelled_20_times_at_once_gives_back_once(crm: Crm) -> None:
    crm.lab.sql("update crm_product set stock = 5 where id = %s", [crm.world["returned"]])
    made = crm.order(crm.world["returned"], quantity=5)["data"]["createOrder"]["order"]
    assert (made["total"], crm.stock("returned")) == ("12.50", 0)
    answers = nexus.race(lambda _: crm.ask(MOVE, id=made["databaseId"]), range(20))
    assert codes(answers) == {"made": 1, "ILLEGAL_TRANSITION": 19}
    assert crm.stock("returned") == 5


# --- the usual version: read the stock, look at it, write what it should be


def change(crm: Crm, number: int, read: Barrier, first: Event) -> None:
    """Both read. The one who restocks writes first."""
    with crm.lab.connect() as connection:
        stock = connection.execute("select stock from crm_product where id = %s", [crm.world["low"]]).fetchone()
        read.wait(30)
        if number < 0:
            first.wait(30)
        update = "update crm_product set stock = %s where id = %s"
        connection.execute(update, [(stock[0] if stock else 0) + number, crm.world["low"]])
    first.set()


def test_a_restock_is_lost_unless_the_database_counts(crm: Crm) -> None:
    crm.lab.sql("update crm_product set stock = 50")
    crm.lab.sql("update crm_product set stock = 3 where id = %s", [crm.world["low"]])
    read, first = Barrier(2), Event()
    nexus.race(lambda number: change(crm, number, read, first), [10, -1])
    assert crm.stock("low") == 2
    for _ in range(5):
        crm.lab.sql("update crm_product set stock = 3 where id = %s", [crm.world["low"]])
        act: list[Callable[[], Any]] = [lambda: crm.order(crm.world["low"]), lambda: crm.ask(RESTOCK, "manager")]
        assert [answer for answer in nexus.race(lambda one: one(), act) if "errors" in answer] == []
        assert crm.stock("low") == 12


def test_who_orders_while_the_clean_up_is_at_work_stays(crm: Crm) -> None:
    idle = json.loads(crm.served.manage("shell", "-v", "0", "-c", IDLE).splitlines()[-1])
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with ThreadPoolExecutor(2) as pool:
        with crm.lab.connect() as connection:  # the order has looked at its customer, and waits for the product
            connection.execute("select 1 from crm_product where id = %s for update", [crm.world["left"]])
            ordered = pool.submit(crm.order, crm.world["left"], customer=idle["ordering"])
            until(lambda: crm.lab.sql(waiting) == [1])
            cleaned = pool.submit(crm.served.manage, "shell", "-v", "0", "-c", CLEAN_UP)
            until(lambda: crm.lab.sql(waiting) == [2])
        assert codes([ordered.result()]) == {"made": 1}
        assert cleaned.result().splitlines()[-1] == "1"
    assert crm.lab.sql("select id from crm_customer where id = any(%s)", [list(idle.values())]) == [idle["ordering"]]


def until(holds: Callable[[], bool]) -> None:
    last = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.05)


def buy(crm: Crm, barrier: Barrier) -> bool:
    """As it is in nearly every published version: look whether there is enough, then take it."""
    with crm.lab.connect() as connection:
        stock = connection.execute("select stock from crm_product where id = %s", [crm.world["scarce"]]).fetchone()
        barrier.wait(30)
        if not stock or stock[0] < 1:
            return False
        connection.execute("update crm_product set stock = %s where id = %s", [stock[0] - 1, crm.world["scarce"]])
    return True


def test_ten_who_look_first_and_take_then_all_get_the_last_one(crm: Crm) -> None:
    crm.lab.sql("update crm_product set stock = 1 where id = %s", [crm.world["scarce"]])
    barrier = Barrier(10)
    assert nexus.race(lambda _: buy(crm, barrier), range(10)) == [True] * 10
    crm.lab.sql("update crm_product set stock = 1 where id = %s", [crm.world["scarce"]])
    answers = nexus.race(crm.order, [crm.world["scarce"]] * 10)
    assert codes(answers) == {"made": 1, "OUT_OF_STOCK": 9}


def test_and_the_database_itself_has_the_last_word(crm: Crm) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="stock_is_not_negative"):
        crm.lab.sql("update crm_product set stock = stock - 10000 where id = %s", [crm.world["left"]])
