"""The exercises of 21b-paging: the next page of a list that goes down, whether there is more, and a mixed order."""

from exercises.paging.best_first import best_first
from exercises.paging.is_there_more import is_there_more
from exercises.paging.newest_first import newest_first
from nexus.exercises import Chapter

chapter = Chapter("21b-paging", newest_first, is_there_more, best_first)
check = chapter.check
