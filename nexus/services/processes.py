"""Processes of this machine: found by program and folder, signalled, waited for, and asked where they listen."""

import contextlib
import ipaddress
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from nexus.services.ports import POLL_SECONDS

STOP_SECONDS = 15
# Under which of its names a Python runs differs between systems.
PYTHON = (Path(sys.executable).name, Path(sys.executable).resolve().name, "Python")


def find(programs: tuple[str, ...], folders: tuple[Path, ...]) -> list[psutil.Process]:
    """The processes of these programs that work in one of the folders; those of the first program come first."""
    places = {os.path.realpath(folder) for folder in folders}
    found = [p for p in psutil.process_iter(["name", "create_time"]) if _is_one(p, programs, places)]
    return sorted(found, key=lambda p: (p.info["name"] != programs[0], p.info["create_time"], p.pid))


def signal_all(action: Callable[[psutil.Process], object], processes: list[psutil.Process]) -> None:
    """Do to each what `action` does, such as `psutil.Process.kill`, unless it has ended meanwhile."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            action(process)


def wait_until_gone(processes: list[psutil.Process]) -> None:
    """Wait, STOP_SECONDS at most. A process that has ended but whose parent has not looked (a zombie) is gone."""
    deadline = time.monotonic() + STOP_SECONDS
    while (alive := [p for p in processes if _lives(p)]) and time.monotonic() < deadline:
        psutil.wait_procs(alive, timeout=POLL_SECONDS)


def exposed_addresses(pid: int) -> list[str]:
    """Where a process listens that other machines can reach. Empty, too, for one that has ended."""
    try:
        connections = psutil.Process(pid).net_connections("inet")
    except psutil.Error:
        return []
    listening = [each.laddr for each in connections if each.status == psutil.CONN_LISTEN]
    return [f"{ip}:{port}" for ip, port in listening if not ipaddress.ip_address(ip).is_loopback]


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _is_one(process: psutil.Process, programs: tuple[str, ...], places: set[str]) -> bool:
    if process.info["name"] not in programs:
        return False
    try:
        return process.cwd() in places and _lives(process)
    except psutil.Error:  # it ended meanwhile, or is another user's
        return False
