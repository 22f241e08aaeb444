"""The exercises of 32b-graphql-writes: a clean-up, whose customer it is, a restock, several products or none.

An answer gets querysets of the CRM's models, which hold the rows of the exercise and no others.
"""

from exercises.graphql_writes.all_or_nothing import all_or_nothing
from exercises.graphql_writes.clean_up import clean_up
from exercises.graphql_writes.restock import restock
from exercises.graphql_writes.whose import whose
from nexus.exercises import Chapter

chapter = Chapter("32b-graphql-writes", clean_up, whose, restock, all_or_nothing)
check = chapter.check
