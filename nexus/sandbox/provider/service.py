"""The parts of the running provider, as its handlers get them."""

from dataclasses import dataclass

from nexus.sandbox.faults import Switch
from nexus.sandbox.provider.faults import Faults
from nexus.sandbox.provider.store import Store
from nexus.sandbox.provider.webhooks import Announcer, Courier, Delivery


@dataclass
class Provider:
    """key: what a merchant's requests bear. url: where browsers find us."""

    store: Store
    switch: Switch
    announce: Announcer
    courier: Courier
    key: str
    url: str

    @property
    def faults(self) -> Faults:
        return self.switch.faults  # type: ignore[no-any-return]


def assemble(store: Store, delivery: Delivery, key: str, url: str) -> Provider:
    switch = Switch(Faults())
    provider = Provider(store, switch, Announcer(store, switch), Courier(store, delivery), key, url)
    provider.announce.release()  # the fault that held some back ended with the program before this one

    def changed() -> None:
        if not provider.faults.webhook_hold:
            provider.announce.release()
        provider.courier.wake()

    switch.changed = changed
    return provider
