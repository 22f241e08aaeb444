"""Mutations of 11c-http-clients: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "11c-http-clients"
CHANGES = [
    Change(
        "a fault is taken out: who waits has a time-out",
        "args=[silent_url], daemon",
        'args=[silent_url], kwargs={"timeout": 0.1}, daemon',
    ),
    Change("a fault is taken out: the boat is not repeated", "Retry(total=3, allowed_methods=None)", "Retry(total=3)"),
    Change(
        "a fault is taken out: nobody hurries",
        "while hurry[-1].status_code == 429:",
        "while hurry[-1].status_code == 430:",
    ),
    Change(
        "a fault is taken out: the layers do not repeat",
        "middle = layer(bottom.url, tries=3)",
        "middle = layer(bottom.url, tries=1)",
    ),
    Change(
        "the fix is broken: no time-out",
        "requests.get(url, timeout=(3, 0.5))",
        "requests.get(served.url, timeout=(3, 0.5))",
    ),
    Change("the fix is broken: all is repeated", "rules.new(read=0, other=0, status_forcelist={429})", "rules"),
    Change(
        "the fix is broken: nothing is repeated",
        "repeatable = keyed or request.method in",
        "repeatable = keyed or request.method not in",
    ),
    Change(
        "the fix is broken: 429 is an answer", "read=0, other=0, status_forcelist={429})", "read=0, other=0, status=0)"
    ),
    Change("the fix is broken: a 503 with a time is leave to repeat", "frozenset({429})", "frozenset({429, 503})"),
    Change("the budget is no bound", "tokens = Semaphore(10)", "tokens = Semaphore(1000)"),
    Change(
        "nothing is drawn by lot",
        "return LOT.uniform(0, min(self.backoff_max, bound))",
        "return min(self.backoff_max, bound)",
    ),
    Change("the first solution is spoiled", "harmless = keyed or method in", "harmless = method in"),
    Change("the solution looks at the ends alone", '"idempotent" if once == twice', '"idempotent" if before == twice'),
    Change("the second solution is spoiled", "return min(max(moment - now, 0), 30)", "return min(moment - now, 30)"),
    Change("the third solution is spoiled", "if time.monotonic() > end:", "if time.monotonic() > end + 60:"),
    Change("the third solution leaves the body packed", "read1(8192, decode_content=True)", "read1(8192)"),
]
