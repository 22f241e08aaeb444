"""Right and wrong answers to one-day of 21-indexes."""

from exercises.indexes.one_day import one_day
from tests.exercises.answers import Answers

answers = Answers(one_day)

answers.right("select id from messages where sent_at >= '2026-03-01' and sent_at < '2026-03-01'::date + 1")
answers.right("select * from messages where '2026-03-01' <= sent_at and sent_at < '2026-03-02' order by sent_at;")
answers.right("select sent_at, id from messages where not (sent_at < '2026-03-01' or sent_at >= '2026-03-02')")
answers.right("select id from messages where sent_at <@ tsrange('2026-03-01', '2026-03-02')")
answers.wrong("no cast, no function")("select id from messages where sent_at::date = '2026-03-01'")
answers.wrong("no cast, no function")("select id from messages where date_trunc('day', sent_at) = '2026-03-01'")
answers.wrong("no cast, no function")("select id from messages where sent_at::text like '2026-03-01%'")
answers.wrong("no cast, no function")(
    "select id from messages where sent_at >= '2026-03-01' and sent_at - interval '1 day' < '2026-03-01'"
)
answers.wrong("the next midnight")("select id from messages where sent_at between '2026-03-01' and '2026-03-02'")
answers.wrong("the next midnight")("select id from messages where sent_at >= '2026-03-01'")
answers.wrong("where the next one begins")("select id from messages where sent_at = '2026-03-01'")
answers.wrong("midnight, which belongs to it")(
    "select id from messages where sent_at > '2026-03-01' and sent_at < '2026-03-02'"
)
answers.wrong("where the next one begins")(
    "select id from messages where sent_at between '2026-03-01' and '2026-03-01 23:59:59'"
)
answers.wrong("what the task says your answer is")("create index on messages ((sent_at::date))")
answers.wrong("what the task says your answer is")(
    "select count(*) from messages where sent_at >= '2026-03-01' and sent_at < '2026-03-02'"
)
