"""Right and wrong answers to nothing-leaves of 42b-nothing-lost."""

from exercises.nothing_lost.nothing_leaves import nothing_leaves
from tests.exercises.answers import Answers

answers = Answers(nothing_leaves)
HERE = "database = (select oid from pg_database where datname = current_database())"

answers.right("""
    select l.pid from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
    where locktype = 'advisory' and granted and objsubid = 1 and (classid::bigint << 32) + objid::bigint = 42
""")
answers.right("""
    select a.pid, a.state from pg_stat_activity a join pg_locks l using (pid)
    where l.locktype = 'advisory' and a.datname = current_database() and l.granted
      and l.classid = 0 and l.objid = 42 and l.objsubid = 1
""")
answers.wrong("in objid")("select pid from pg_locks where locktype = 'advisory' and granted")
answers.wrong("objsubid is 2")(
    f"select pid from pg_locks where locktype = 'advisory' and objid = 42 and granted and {HERE}"
)
answers.wrong("upper half in classid")(
    f"select pid from pg_locks where locktype = 'advisory' and objid = 42 and objsubid = 1 and granted and {HERE}"
)
answers.wrong("belongs to a database")(
    "select pid from pg_locks where locktype = 'advisory' and (classid, objid, objsubid) = (0, 42, 1) and granted"
)
answers.wrong("`granted` says")(
    f"select pid from pg_locks where locktype = 'advisory' and (classid, objid, objsubid) = (0, 42, 1) and {HERE}"
)
answers.wrong("`granted` says")(
    f"select pid from pg_locks where locktype = 'advisory' and (classid, objid, objsubid) = (0, 42, 1) and {HERE}"
    " order by pid limit 1"
)
answers.wrong("has its pid")("select pid from pg_locks where locktype = 'relation' and false")
answers.wrong("what happened says")("select pid from no_such_table")
