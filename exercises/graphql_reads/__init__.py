"""The exercises of 32-graphql: one screen, a resolver, one query for a whole batch, and a cost that nothing slips past.

(Not named as the chapter is: the library is called graphql, too.)
"""

from exercises.graphql_reads.cost import cost
from exercises.graphql_reads.one_query_for_all import one_query_for_all
from exercises.graphql_reads.one_screen import one_screen
from exercises.graphql_reads.order_total import order_total
from nexus.exercises import Chapter

chapter = Chapter("32-graphql", one_screen, order_total, one_query_for_all, cost)
check = chapter.check
