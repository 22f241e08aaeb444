"""`make systems`: the systems with sample data, until Ctrl-C."""

from nexus import services
from nexus.command.display import Steps, console
from nexus.command.labserver import on_ending, stop_with_services, wait_for
from nexus.command.rabbitmq import get_if_possible
from nexus.services import Home, Service, apt, sample
from nexus.services.rabbitmq import how_to_install
from nexus.services.rooms import keep_database, keep_vhost, open_key_space, room_name
from nexus.services.systems import declared, roles

KEEP = {"postgres": keep_database, "redis": open_key_space, "rabbitmq": keep_vhost}
BACKGROUND = ("worker", "beat", "relay")


def serve_systems(port: int) -> None:
    """Start the systems with sample data, say where they answer, and stop all of it on Ctrl-C or SIGTERM."""
    ended, home = on_ending(), services.systems_home()
    if home.server("systems").answers():
        console.print(f"the systems of this clone run already: {home.server('systems').service().url}")
        return
    get_if_possible()
    try:
        home.hold()
        with Steps() as steps:
            found, room = services.use(_needs(), steps), room_name("systems")
            urls = {name: KEEP[name](service, room) for name, service in found.items()}
            api = sample.server(home, urls, {"PORT": str(port)}, found["postgres"])
            started = home.start([api], steps) | _start_background(home, urls, steps)
        console.print(_addresses(started))
        console.print(
            f"Accounts    {', '.join(declared()['sample']['accounts'])}\nPassword    {api.sample_password()}\n"
        )
        if "rabbitmq" not in found:
            console.print(f"! mail and what is due later wait in the outbox for RabbitMQ: {how_to_install()}\n")
        console.print("Ctrl-C here stops the systems.")
        wait_for(ended, api.processes()[0])
    finally:
        stop_with_services(home)


def _needs() -> tuple[str, ...]:
    """Without RabbitMQ, the API answers all the same."""
    return (*roles()["api"].needs, *(["rabbitmq"] if apt.rabbitmq_can_be_had() else []))


def _start_background(home: Home, urls: dict[str, str], steps: Steps) -> dict[str, Service]:
    """After the API, which has made the tables."""
    if "rabbitmq" not in urls:
        return {}
    started = home.start([home.server("inbox")], steps)
    urls = {**urls, "inbox": started["inbox"].url}
    return started | home.start([sample.role(home, urls, name) for name in BACKGROUND], steps)


def _addresses(started: dict[str, Service]) -> str:
    pages = {title: f"{started['systems'].url}{path}" for title, path in declared()["pages"].items()}
    if "inbox" in started:
        pages["Inbox"] = str(started["inbox"].api_url)
    return "".join(f"\n{title:<11} {url}" for title, url in pages.items()) + "\n"
