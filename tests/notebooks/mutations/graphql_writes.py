"""Mutations of 32b-graphql-writes: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "32b-graphql-writes"
CHANGES = [
    Change("an amount comes as text both times", '(0.1, "0.10")', '("0.1", "0.10")'),
    Change(
        "the fault is taken out: the list has no bad row",
        "import_with(Customer.objects.bulk_create, {40})",
        "import_with(Customer.objects.bulk_create, set())",
    ),
    Change(
        "the fault is taken out: what is caught has a savepoint",
        "                row.save()\n            except DatabaseError:",
        "                with transaction.atomic():\n                    row.save()\n            except DatabaseError:",
    ),
    Change(
        "the fix is broken: no savepoint around a row",
        "                with transaction.atomic():\n                    row.save()\n"
        "            except IntegrityError:",
        "                row.save()\n            except IntegrityError:",
    ),
    Change(
        "the fix is broken: no savepoint around a batch",
        "        with transaction.atomic():\n            Customer.objects.bulk_create(rows)",
        "        Customer.objects.bulk_create(rows)",
    ),
    Change("the halving names the wrong row", "insert(rows[half:], first + half)", "insert(rows[half:], first)"),
    Change(
        "the fault is taken out: nothing happens between the read and the write",
        "    card = postcards.get()\n    meet()\n",
        "    meet()\n    card = postcards.get()\n",
    ),
    Change(
        "the fix is broken: it takes what isn't there",
        "postcards.filter(stock__gte=quantity)",
        "postcards.filter(stock__gte=0)",
    ),
    Change(
        "the fix is broken: it writes a number that it read",
        'enough.update(stock=F("stock") - quantity) else "sold out"',
        'enough.update(stock=2) else "sold out"',
    ),
    Change("the fault is taken out: nobody arrives or leaves", "        lab.sql(happens, [selam.pk])\n", ""),
    Change(
        "the fix is broken: its cursors are places",
        "read_through(by_value, happens)",
        "read_through(by_place, happens)",
    ),
    Change(
        "anyone is let in",
        "Customer.objects.filter(owner=info.context, pk=id)",
        "Customer.objects.filter(pk=id)",
    ),
    Change(
        "the fix is broken: the type shows all rows", "return rows.filter(**{cls.whose: info.context})", "return rows"
    ),
    Change(
        "a way is forgotten",
        '    "node > customer": [an_order % to_global_id("Order", pk) for pk in sold.values()],\n',
        "",
    ),
    Change(
        "the first solution is spoiled",
        "old.exclude(orders__ordered_at__gte=cutoff)",
        "old.filter(orders__ordered_at__lt=cutoff)",
    ),
    Change(
        "the second solution is spoiled",
        'customers.filter(pk=said["id"], owner=account)',
        'customers.filter(pk=said["id"])',
    ),
    Change(
        "the third solution is spoiled",
        'return products.filter(stock__lt=10).update(stock=F("stock") + 10)',
        'return sum(products.filter(pk=one.pk).update(stock=F("stock") + 10) for one in products.filter(stock__lt=10))',
    ),
    Change("the fourth solution is spoiled", "sorted(wanted.items())", "wanted.items()"),
]
