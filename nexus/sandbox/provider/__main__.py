"""`python -m nexus.sandbox.provider`, with these settings in the environment:

PROVIDER_PORT: where it listens. PROVIDER_HOST: the address, 127.0.0.1 unless it is a container's. PROVIDER_HOSTS: more
names that it is asked for by, with commas. PROVIDER_URL: where browsers find it, for checkout_url.
PROVIDER_DATA: its file. PROVIDER_SECRET_KEY: what requests bear. PROVIDER_WEBHOOK_SECRET: what signs webhooks.
PROVIDER_WEBHOOK_URL: where they go; without it, where `POST /dashboard` said last. PROVIDER_RETRY_SECONDS,
PROVIDER_RETRIES, PROVIDER_TIMEOUT_SECONDS: as Chapa's, each 10 minutes, 10 times; an answer is awaited for 10 s.
"""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from nexus.sandbox import settings, web
from nexus.sandbox.provider import pages
from nexus.sandbox.provider.service import assemble
from nexus.sandbox.provider.store import Store
from nexus.sandbox.provider.webhooks import Delivery


async def main() -> None:
    port = settings.port("PROVIDER_PORT")
    store = Store(Path(settings.text("PROVIDER_DATA")))
    url = settings.text("PROVIDER_URL", f"http://127.0.0.1:{port}").rstrip("/")
    provider = assemble(store, delivery(store), settings.text("PROVIDER_SECRET_KEY"), url)
    names = settings.names("PROVIDER_HOSTS") | {urlsplit(url).hostname or ""}
    app = pages.application(provider, names)
    courier = asyncio.create_task(provider.courier.run())
    serving = asyncio.create_task(web.serve(app, settings.text("PROVIDER_HOST", "127.0.0.1"), port))
    done, _ = await asyncio.wait((courier, serving), return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()  # what ended by an error ends the program


def delivery(store: Store) -> Delivery:
    return Delivery(
        url=settings.text("PROVIDER_WEBHOOK_URL", store.setting("webhook_url") or "") or None,
        secret=settings.text("PROVIDER_WEBHOOK_SECRET").encode(),
        retry_seconds=settings.number("PROVIDER_RETRY_SECONDS", 600, least=0, most=86_400),
        retries=settings.whole("PROVIDER_RETRIES", 10, least=0, most=1000),
        timeout_seconds=settings.number("PROVIDER_TIMEOUT_SECONDS", 10, least=0.1, most=600),
    )


if __name__ == "__main__":
    asyncio.run(main())
