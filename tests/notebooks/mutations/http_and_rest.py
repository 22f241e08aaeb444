"""Mutations of 11-http-and-rest: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "11-http-and-rest"
CHANGES = [
    Change("the course's request names no user", '"user_id": 5, "dates": "2025-09-10"}', '"dates": "2025-09-10"}'),
    Change(
        "a fault is taken out: the hasty server refuses with 409",
        '"error": "this night is taken"})',
        '"error": "this night is taken"}, status=409)',
    ),
    Change("a fault is taken out: the link does nothing", '["cancelled"] = True', '["cancelled"] = False'),
    Change(
        "a fault is taken out: the first page is the list",
        'first_page = requests.get(f"{api}/listings/"',
        'first_page = requests.get(f"{api}/listings/?page_size=100"',
    ),
    Change("a fault is taken out: one recv is enough", "wire.recv(4096)", "wire.recv(4096, socket.MSG_WAITALL) * 99"),
    Change(
        "the reader of answers stops after a part",
        'stream.read(int(headers.get("content-length", 0)))\n',
        "stream.read(4096)\n",
    ),
    Change(
        "the three want different nights",
        "json=night, timeout=10) for who in",
        "json=stay(place, 200 + people.index(who), 1), timeout=10) for who in",
    ),
    Change("nobody forges a guest", ', "guest": booking["guest"]}', "}"),
    Change("the curious program sends POST", '("GET", "HEAD", "OPTIONS")', '("GET", "POST", "OPTIONS")'),
    Change("what is sent twice is a new boat each time", 'twice("DELETE", new)', 'twice("POST", listings, json=boat)'),
    Change("a server without a shape for its noes", 'f"{served.url}/api/v2/listings/"', 'f"{hasty.url}/api/v2/"'),
    Change("the client takes every field", "for name in Place._fields", "for name in place"),
    Change("the list is read to its second page", "len(answers) < most", "len(answers) < 2"),
    Change("the first solution is spoiled", "status in (204, 304)", "status in (204,)"),
    Change("the second solution is spoiled", '{"e": 404, "f": 405', '{"e": 403, "f": 405'),
    Change("the third solution is spoiled", "if urlsplit(url)[:2] != home:", "if urlsplit(url)[:1] != home[:1]:"),
]
