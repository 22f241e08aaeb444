"""Mutations of 11b-http-under-failure: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "11b-http-under-failure"
CHANGES = [
    Change("a fault is taken out: no answer is lost", "told = book(road(lost=1)", "told = book(road(lost=0)"),
    Change(
        "a fault is taken out: one editor after the other",
        '(" Steep stairs.", both)])\nkept = sum(sentence in page',
        '(" Steep stairs.", both)])\npage["text"] += " Gulls at six. Steep stairs."\nkept = sum(sentence in page',
    ),
    Change(
        "a fault is taken out: the client knows two kinds of 409",
        'nights" if answer.status_code == 409 else',
        'nights" if answer.status_code == 410 else',
    ),
    Change(
        "the fix is broken: a new key for each try",
        "json=wish, headers=key, timeout=10)",
        'json=wish, headers={"Idempotency-Key": str(uuid4())}, timeout=10)',
    ),
    Change("the third request says the same", "stay(120), stay(120), stay(130)]", "stay(120), stay(120), stay(120)]"),
    Change("nothing holds the first request up", 'db.execute(hold, [place["id"]])', 'db.execute("select 1")'),
    Change("the fix is broken: any version will do", 'read.headers["ETag"]}\n    return', '"*"}\n    return'),
    Change("the loser gives up", "improve(loser, sentence, Barrier(1))", "pass"),
    Change("what is known is not said", "requests.get(one, headers=have, timeout=10)", "requests.get(one, timeout=10)"),
    Change("the type is not read", 'ADVICE.get(problem["type"], problem["title"])', 'problem["title"]'),
    Change("the first solution is spoiled", 'urlsplit(str(problem.get("type"))).path', 'problem.get("type")'),
    Change("the second solution is spoiled", "if answer.status_code != 412:", "if answer.status_code != 409:"),
    Change("the third solution is spoiled", '!= "/problems/request-in-progress":', '!= "/problems/another":'),
    Change(
        "the third solution takes a time-out for the end",
        "except (requests.ConnectionError, requests.Timeout):",
        "except requests.ConnectionError:",
    ),
]
