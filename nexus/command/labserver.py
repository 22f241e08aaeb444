"""`make lab`: the services and JupyterLab side by side, until Ctrl-C."""

import os
import signal
import sys
import threading
import time
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import psutil

from nexus import paths, services
from nexus.command.display import Steps, console
from nexus.services import Service

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve_lab(names: tuple[str, ...], browser: bool | None) -> None:
    """Start the named services and JupyterLab, say where it answers, and stop all of it on Ctrl-C or SIGTERM."""
    ended, began = on_ending(), time.time()
    lab = services.lab_home()
    jupyter = lab.server("jupyter")
    if jupyter.answers():
        console.print(f"JupyterLab of this clone runs already: {jupyter.service().url}")
        return
    first_time = not (jupyter.folder / "workspaces").exists()
    try:
        address = _start(names)
        url = _entrance(address.url, first_time)
        console.print(f"{_all_in_all(began)}\nThe chapters are at\n\n    {url}\n\nCtrl-C here stops the lab.")
        if browser if browser is not None else has_screen():
            webbrowser.open(url)
        wait_for(ended, jupyter.processes()[0])
    finally:
        _stop()


def _all_in_all(began: float) -> str:
    """The one sum: since `make lab` was typed, with what it installed, or since this command began."""
    typed = os.environ.pop("NEXUS_BEGAN", "")
    return f"✓ {'ready':<34} {time.time() - (float(typed) if typed.isdigit() else began):5.1f} s in all"


def _entrance(url: str, first_time: bool) -> str:
    """The chapter list; the first time with the first chapter open beside it. Later JupyterLab opens what was open."""
    first = next(iter(sorted(paths.WORK.glob("[0-9]*.ipynb"))), None)
    return url.replace("/lab?", f"/lab/tree/{first.name}?") if first and first_time else url


def has_screen() -> bool:
    """Whether a browser would open in front of the person who typed the command."""
    if not sys.stdout.isatty():
        return False
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")))


def _start(names: tuple[str, ...]) -> Service:
    lab = services.lab_home()
    lab.hold()
    with Steps() as steps, ThreadPoolExecutor(1) as beside:
        started = beside.submit(lab.start, [lab.server("jupyter")], steps)
        services.use(names, steps)
        return started.result()["jupyter"]


def on_ending() -> threading.Event:
    """Set at Ctrl-C, SIGTERM, or when the terminal goes away."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    for ending in ENDINGS:
        signal.signal(ending, end)
    return ended


def wait_for(ended: threading.Event, process: psutil.Process) -> None:
    """Return at a signal, or when the process ends by itself (JupyterLab's menu has a Shut Down)."""

    def watch() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    ended.wait()


def _stop() -> None:
    stop_with_services(services.lab_home())


def stop_with_services(home: services.Home) -> None:
    """Stop what this command served, and the services under it unless somebody else uses them."""
    with Steps() as steps:
        home.stop(steps)
        home.release()
        for folder in services.own_folder().glob("*"):
            services.Home(folder).stop_if_unused()
        if not services.home().stop_if_unused(steps):
            console.print("the services stay up: something else uses them, or `nexus up` asked for it")
