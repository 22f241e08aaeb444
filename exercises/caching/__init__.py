"""The exercises of 40-caching: a key for a search, an answer that says "nothing there", and the place of the clear."""

from exercises.caching.after_what import after_what
from exercises.caching.nothing_there import nothing_there
from exercises.caching.search_key import search_key
from nexus.exercises import Chapter

chapter = Chapter("40-caching", search_key, nothing_there, after_what)
check = chapter.check
