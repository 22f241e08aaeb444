"""Right and wrong answers to newest-first of 21b-paging."""

from exercises.paging.newest_first import newest_first
from tests.exercises.answers import Answers

answers = Answers(newest_first)

NEXT = "order by sent_at desc, id desc limit 20"
AFTER = "(sent_at, id) < (%(sent_at)s, %(id)s)"
answers.right(f"select id from messages where row(sent_at, id) < row(%(sent_at)s, %(id)s) {NEXT};")
answers.right(f"select * from messages where (%(sent_at)s, %(id)s) > (sent_at, id) {NEXT}")
answers.right(f"select id from messages where sent_at <= %(sent_at)s and (sent_at < %(sent_at)s or id < %(id)s) {NEXT}")
answers.wrong("Compare both columns")(f"select id from messages where sent_at < %(sent_at)s {NEXT}")
answers.wrong("Compare both columns")(f"select id from messages where sent_at <= %(sent_at)s and id < %(id)s {NEXT}")
answers.wrong("go on with what is smaller")(
    f"select id from messages where (sent_at, id) > (%(sent_at)s, %(id)s) {NEXT}"
)
answers.wrong("go on with what is smaller")(f"select id from messages where id < %(id)s {NEXT}")
answers.wrong("go on with what is smaller")(f"select id from messages {NEXT} offset 20")
answers.wrong("was shown already")(f"select id from messages where (sent_at, id) <= (%(sent_at)s, %(id)s) {NEXT}")
answers.wrong("in another order")(f"select id from messages where {AFTER} order by sent_at, id limit 20")
answers.wrong("in another order")(f"select id from messages where {AFTER} order by sent_at, id desc limit 20")
answers.wrong("limit 20")(f"select id from messages where {AFTER} order by sent_at desc, id desc")
answers.wrong("the order must be total")(f"select id from messages where {AFTER} order by sent_at desc limit 20")
answers.wrong("as one row")(
    f"select id from messages where sent_at < %(sent_at)s or (sent_at = %(sent_at)s and id < %(id)s) {NEXT}"
)
answers.wrong("at which word it stumbled")(
    f"select id from messages where (sent_at, id) < ('%(sent_at)s', %(id)s) {NEXT}"
)
