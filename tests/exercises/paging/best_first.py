"""Right and wrong answers to best-first of 21b-paging."""

from exercises.paging.best_first import best_first
from tests.exercises.answers import Answers

answers = Answers(best_first)

BEST = "order by rating desc, id limit 20"
answers.right(
    f"""select id from rated
        where rating <= %(rating)s and not (rating = %(rating)s and id <= %(id)s) {BEST}"""
)
answers.right(
    f"select id from rated where (rating <> %(rating)s or id > %(id)s) and rating between 0 and %(rating)s {BEST}"
)
answers.right(
    f"""(select id, rating from rated where rating = %(rating)s and id > %(id)s order by id limit 20)
        union all (select id, rating from rated where rating < %(rating)s {BEST}) {BEST}"""
)
answers.wrong("on the rating alone")(
    f"select id from rated where rating < %(rating)s or (rating = %(rating)s and id > %(id)s) {BEST}"
)
answers.wrong("on the rating alone")(f"select id from rated where (-rating, id) > (-%(rating)s, %(id)s) {BEST}")
answers.wrong("where a column goes down")(f"select id from rated where (rating, id) < (%(rating)s, %(id)s) {BEST}")
answers.wrong("where a column goes down")(
    f"select id from rated where rating >= %(rating)s and (rating > %(rating)s or id > %(id)s) {BEST}"
)
answers.wrong("Compare both columns")(f"select id from rated where rating < %(rating)s {BEST}")
answers.wrong("Compare both columns")(f"select id from rated where rating <= %(rating)s and id > %(id)s {BEST}")
answers.wrong("was shown already")(
    f"select id from rated where rating <= %(rating)s and (rating < %(rating)s or id >= %(id)s) {BEST}"
)
answers.wrong("the order must be total")(
    """select id from rated where rating <= %(rating)s and (rating < %(rating)s or id > %(id)s)
       order by rating desc limit 20"""
)
