"""Who keeps the servers of a folder up, and what is left when users come, go and die."""

import contextlib
from pathlib import Path

import psutil
import pytest

from nexus import paths
from nexus.services import Home
from tests.nexus.services.conftest import WAIT_SECONDS, Run, keepers, line, running, wait_for_keeper

# What a starter process does: start the named servers, say so, and stay until its input ends.
USE = """
home.hold()
home.start([home.server(name) for name in {names!r}])
print('up')
input()
"""
REDIS = USE.format(names=["redis"])
PAIR = USE.format(names=["postgres", "redis"])
ALL = USE.format(names=["postgres", "redis", "rabbitmq"])


def test_the_servers_stop_when_their_only_user_is_killed(home: Home, python: Run) -> None:
    starter = python(PAIR)
    assert line(starter) == "up"
    assert set(running(home)) == {"postgres", "redis"}
    starter.kill()
    wait_for_keeper(home)
    assert running(home) == {}


def test_servers_stop_when_their_starter_is_killed_half_way(home: Home, python: Run) -> None:
    starter = python("print('go')\n" + PAIR)
    assert line(starter) == "go"
    postgres = home.server("postgres")
    while not postgres.processes():
        assert starter.poll() is None
    starter.kill()
    wait_for_keeper(home)
    assert running(home) == {}


def test_the_servers_stop_with_their_last_user(home: Home, python: Run) -> None:
    first, second = python(REDIS), python("home.hold(); print('held'); input()")
    assert line(first) == "up"
    assert line(second) == "held"
    first.kill()
    first.wait()
    assert home.is_held(), "the keeper would stop the servers"
    assert running(home) == {"redis": 1}
    assert len(keepers(home)) == 1
    second.kill()
    wait_for_keeper(home)
    assert running(home) == {}


def test_two_users_that_start_at_once_get_the_same_servers(home: Home, python: Run) -> None:
    starters = [python("input()\n" + PAIR) for _ in range(2)]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    assert [line(starter) for starter in starters] == ["up", "up"]
    masters = {name: home.server(name).processes()[0].name() for name in ("postgres", "redis")}
    for name, program in masters.items():
        tree = home.server(name).processes()
        top = [process for process in tree if process.name() == program and process.ppid() not in {p.pid for p in tree}]
        assert len(top) == 1, f"{name} runs {len(top)} times"
    assert len(keepers(home)) == 1


def test_a_folder_has_one_keeper_for_many_users(home: Home, python: Run) -> None:
    users = [python(USE.format(names=[name])) for name in ("redis", "postgres")]
    assert [line(user) for user in users] == ["up", "up"]
    spare = sorted(keepers(home), key=lambda keeper: keeper.create_time())[1:]
    assert not psutil.wait_procs(spare, timeout=WAIT_SECONDS)[1], "a second keeper waits beside the first"
    assert len(keepers(home)) == 1


def test_servers_that_are_to_stay_outlive_their_starter(home: Home, python: Run) -> None:
    starter = python("home.folder.mkdir(parents=True); home.keep.touch()\n" + REDIS)
    assert line(starter) == "up"
    starter.kill()
    starter.wait()
    assert keepers(home) == []
    assert running(home) == {"redis": 1}
    home.stop()
    assert running(home) == {}
    assert not home.keep.exists()


def test_a_keep_that_comes_later_is_respected_by_the_keeper(home: Home, python: Run) -> None:
    starter = python(REDIS)
    assert line(starter) == "up"
    home.keep.touch()
    starter.kill()
    wait_for_keeper(home)
    assert running(home) == {"redis": 1}


def test_the_next_start_recovers_after_all_was_killed(home: Home, python: Run) -> None:
    starter = python(ALL)
    assert line(starter) == "up"
    victims = [psutil.Process(starter.pid), *keepers(home)]
    victims += [process for name in ("postgres", "redis", "rabbitmq") for process in home.server(name).processes()]
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):  # gone already, with the one that it belonged to
            victim.kill()
    psutil.wait_procs(victims, timeout=10)
    again = python(ALL)
    assert line(again) == "up"
    assert set(running(home)) == {"postgres", "redis", "rabbitmq"}
    again.kill()
    wait_for_keeper(home)
    assert running(home) == {}


def test_a_user_who_comes_during_a_stop_gets_new_servers(home: Home, python: Run) -> None:
    first = python(REDIS)
    assert line(first) == "up"
    first.kill()
    second = python(REDIS)  # whether it finds them up, stopping or stopped, is a matter of luck
    assert line(second) == "up"
    assert home.server("redis").answers()
    second.kill()
    wait_for_keeper(home)
    assert running(home) == {}


def test_a_throw_away_folder_goes_with_its_user(home: Home, python: Run) -> None:
    starter = python("home.throw_away = True\n" + REDIS)
    assert line(starter) == "up"
    starter.kill()
    wait_for_keeper(home)
    assert not home.folder.exists()


def test_a_stop_in_sight_leaves_the_servers_to_another_user(home: Home, python: Run) -> None:
    home.hold()
    home.start([home.server("redis")])
    other = python("home.hold(); print('held'); input()")
    assert line(other) == "held"
    assert not home.stop_if_unused()
    assert running(home) == {"redis": 1}
    other.kill()
    wait_for_keeper(home)
    assert running(home) == {}


def test_a_stop_in_sight_by_the_last_user_stops_the_servers(home: Home) -> None:
    for _ in range(5):  # whether the keeper or the user is faster to the lease must not matter
        home.hold()
        home.start([home.server("redis")])
        assert home.stop_if_unused()
        assert running(home) == {}


def test_two_clones_have_servers_and_rooms_of_their_own(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Home(tmp_path / "another clone")
    try:
        addresses, scopes = [], []
        for each in (home, other):
            each.hold()
            addresses.append(each.start([each.server("redis")])["redis"].address)
            monkeypatch.setenv("NEXUS_HOME", str(each.folder))
            scopes.append(paths.scope())
        assert len(set(addresses)) == len(set(scopes)) == 2
    finally:
        other.release()
        other.remove()
