"""Mutations of 42-background-tasks: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "42-background-tasks"
CHANGES = [
    Change("the request asks a worker", 'pool.submit(book_and_mail, "Bo")', 'pool.submit(book_and_ask, "Bo")'),
    Change("the task is sent after the block, so the fault is gone", "        ask(booking.pk)", "    ask(booking.pk)"),
    Change("the test is not eager", "app.conf.task_always_eager = True", "app.conf.task_always_eager = False"),
    Change(
        "early acknowledges late", 'name="early", bind=True, acks_late=False', 'name="early", bind=True, acks_late=True'
    ),
    Change("nobody is killed", "        kill()\n", ""),
    Change(
        "late gives back what is lost",
        'name="late", bind=True, acks_late=True',
        'name="late", bind=True, acks_late=True, reject_on_worker_lost=True',
    ),
    Change(
        "lost children's tasks are not given back", '"reject_on_worker_lost": True', '"reject_on_worker_lost": False'
    ),
    Change("once has no key", 'if self.name == "once" else None', 'if self.name == "never" else None'),
    Change(
        "the commit is not waited for",
        "transaction.on_commit(lambda: confirm.delay(booking_id))",
        "ask_at_once(booking_id)",
    ),
    Change("the limit is another", '"x-delivery-limit": 3', '"x-delivery-limit": 4'),
    Change("dead letters are dropped", 'limited |= {"x-dead', 'unused = {"x-dead'),
    Change("what has failed for good is acknowledged", "acks_on_failure=False", "acks_on_failure=True"),
    Change("the slot is no key", '"run", key=slot', '"run"'),
    Change("one clock", "(beat.Scheduler(app), beat.Scheduler(app))", "[beat.Scheduler(app)]"),
    Change("the mail server is quick", '"delay_seconds": 0.5', '"delay_seconds": 0'),
    Change("the first solution is spoiled", 'keys = ["booking.made", "booking.cancelled"]', 'keys = ["booking.made"]'),
    Change("the second solution is spoiled", '    assert found == [["Ada"]]', "    assert found"),
    Change("the third solution is spoiled", '"mail", "hotel", "booking.*"', '"mail", "hotel", "booking"'),
    Change(
        "the fourth solution is spoiled",
        "on conflict do nothing returning id",
        "on conflict (id) do update set id = excluded.id returning id",
    ),
]
