"""Right and wrong answers to contradictions of 20-schema."""

from exercises.schema.contradictions import contradictions
from tests.exercises.answers import Answers

answers = Answers(contradictions)

DIFFERENT = "from sheet a join sheet b using (host_email) where a.host_name <> b.host_name"
answers.right(f"select distinct host_email {DIFFERENT}")
answers.wrong("count names")("select host_email from sheet group by host_email having count(*) > 1")
answers.wrong("count names")("select distinct host_email from sheet")
answers.wrong("two or more")("select host_email from sheet group by 1 having count(distinct host_name) > 2")
answers.right(
    "SELECT host_email, count(*) FROM sheet WHERE host_email LIKE '%@%'"
    " GROUP BY host_email HAVING min(host_name) <> max(host_name);"
)
answers.wrong("over all listings")(
    "select host_email from sheet group by host_email, listing having count(distinct host_name) > 1"
)
answers.wrong("the first column")("select host_name, host_email from sheet")
answers.wrong("group by the address")(f"select host_email {DIFFERENT}")
