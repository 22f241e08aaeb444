"""EXPLAIN in numbers that repeat: that they do, that they grow with the work, and that asking changes nothing."""

from collections.abc import Callable

import pytest

from nexus import Lab
from nexus.plan import Node, Plan

STAYS = """
create table stays as
select n as id, 'town ' || n %% 100 as town, repeat('x', 100) as note from generate_series(1, %s) n
"""
IN_ONE_TOWN = "select * from stays where town = 'town 7'"
ONE_STAY = "select * from stays where id = 7"


def with_stays(lab: Lab, rows: int = 5_000) -> Lab:
    lab.sql("drop table if exists stays")
    with lab.connect() as connection:
        connection.execute(STAYS.replace("%s", str(rows)).replace("%%", "%"))
    return lab


def history(lab: Lab) -> list[Plan]:
    """Plans of a table that is filled, indexed, changed and thinned out."""
    count = "select count(*) from stays where town = 'town 7'"
    plans = [with_stays(lab).plan(count)]
    for change in (
        "create index on stays (town)",
        "update stays set note = note || '!'",
        "delete from stays where id % 3 = 0",
    ):
        lab.sql(change)
        plans += [lab.plan(count) for _ in range(3)]
    return plans


def test_plans_of_the_same_history_are_the_same(open_lab: Callable[..., Lab]) -> None:
    assert history(open_lab()) == history(open_lab())


def test_a_plan_is_the_same_after_updates_and_deletes(lab: Lab) -> None:
    plans = history(lab)[1:]
    for start in (0, 3, 6):
        assert len(set(plans[start : start + 3])) == 1


def test_dead_rows_cost_an_index_only_scan_no_heap_fetch(lab: Lab) -> None:
    with_stays(lab).sql("create index on stays (id)")
    count = "select count(id) from stays where id between 1 and 300"
    fresh = lab.plan(count)
    lab.sql("update stays set note = 'changed' where id between 1 and 300")
    assert "Index Only Scan" in fresh.names
    assert lab.plan(count).buffers <= fresh.buffers + 2  # without the vacuum: a page of the table for every few rows


def test_a_scan_grows_with_the_table_an_index_lookup_hardly(lab: Lab) -> None:
    scans, looks = [], []
    for rows in (2_000, 20_000):
        scans.append(with_stays(lab, rows).plan(ONE_STAY))
        lab.sql("create index on stays (id)")
        looks.append(lab.plan(ONE_STAY))
    assert [plan.names for plan in scans] == [["Seq Scan"]] * 2
    assert [plan.names for plan in looks] == [["Index Scan"]] * 2
    assert scans[1].buffers == pytest.approx(10 * scans[0].buffers, rel=0.1)
    assert looks[0].buffers <= looks[1].buffers <= looks[0].buffers + 1 < 5


def test_the_plan_of_a_change_leaves_the_data_as_they_were(lab: Lab) -> None:
    with_stays(lab)
    before = lab.sql("select md5(string_agg(stays::text, '' order by id)) from stays")
    for change in ("update stays set town = 'gone'", "delete from stays", "insert into stays select * from stays"):
        assert lab.plan(change).names[0] == "ModifyTable"
    assert lab.sql("select md5(string_agg(stays::text, '' order by id)) from stays") == before


def test_parameters_are_part_of_the_query(lab: Lab) -> None:
    with_stays(lab)
    plan = lab.plan("select * from stays where town = %s and id <= %s", ["town 7", 1_000])
    assert plan.rows == 10
    assert plan == lab.plan("select * from stays where town = 'town 7' and id <= 1000")


def test_a_query_without_parameters_may_hold_a_per_cent_sign(lab: Lab) -> None:
    assert with_stays(lab).plan("select * from stays where town like 'town 7%'").rows == 550


def test_rows_are_counted_over_all_loops(lab: Lab) -> None:
    with_stays(lab)
    two_each = "select * from generate_series(1, 5) g, lateral (select * from stays where id %% 5 = g - 1 limit 2) s"
    plan = lab.plan(two_each.replace("%%", "%"))
    assert [node.rows for node in plan.nodes if node.name == "Limit"] == [10]
    assert plan.rows == 10


def test_no_plan_is_spread_over_workers(lab: Lab) -> None:
    with_stays(lab)
    room = lab.sql("select current_database()")[0]
    for setting in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
        lab.sql(f"alter database {room} set {setting} = 0")
    assert "Gather" in "".join(lab.sql(f"explain {IN_ONE_TOWN}"))
    assert lab.plan(IN_ONE_TOWN).names == ["Seq Scan"]


def test_a_plan_shows_itself_as_an_aligned_table() -> None:
    plan = Plan((Node(0, "Aggregate", 1, 12_345), Node(1, "Seq Scan", 1_000_000, 12_345)))
    assert repr(plan).splitlines() == [
        "node             rows  buffers",
        "Aggregate           1   12,345",
        "  Seq Scan  1,000,000   12,345",
    ]


def test_a_plan_gives_the_outermost_nodes_rows_and_buffers(lab: Lab) -> None:
    plan = with_stays(lab).plan("select town, count(*) from stays group by town")
    assert plan.names == ["Aggregate", "Seq Scan"]
    assert [node.depth for node in plan.nodes] == [0, 1]
    assert (plan.rows, plan.nodes[1].rows) == (100, 5_000)
    assert plan.buffers == plan.nodes[1].buffers > 0
