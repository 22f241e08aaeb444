"""`make systems`: the systems with sample data, until Ctrl-C."""

from nexus import services
from nexus.command.display import Steps, console
from nexus.command.labserver import on_ending, stop_with_services, wait_for
from nexus.services import sample
from nexus.services.rooms import keep_database, open_key_space, open_vhost, room_name
from nexus.services.systems import declared, roles

KEEP = {"postgres": keep_database, "redis": open_key_space, "rabbitmq": open_vhost}


def serve_systems(port: int) -> None:
    """Start the systems with sample data, say where they answer, and stop all of it on Ctrl-C or SIGTERM."""
    ended, home = on_ending(), services.systems_home()
    if home.server("systems").answers():
        console.print(f"the systems of this clone run already: {home.server('systems').service().url}")
        return
    try:
        home.hold()
        with Steps() as steps:
            found, room = services.use(roles()["api"].needs, steps), room_name("systems")
            urls = {name: KEEP[name](service, room) for name, service in found.items()}
            server = sample.server(home, urls, {"PORT": str(port)}, found["postgres"])
            url = home.start([server], steps)["systems"].url
        pages = "".join(f"\n{title:<11} {url}{path}" for title, path in declared()["pages"].items())
        console.print(
            f"{pages}\n"
            f"\nAccounts    {', '.join(declared()['sample']['accounts'])}\nPassword    {server.sample_password()}\n"
            "\nCtrl-C here stops the systems."
        )
        wait_for(ended, server.processes()[0])
    finally:
        stop_with_services(home)
