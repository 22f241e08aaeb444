"""The exercises of 11-http-and-rest: an answer that breaks off, what an API will say, and a list to its end."""

from exercises.http_and_rest.read_answer import read_answer
from exercises.http_and_rest.to_the_end import to_the_end
from exercises.http_and_rest.what_will_it_say import what_will_it_say
from nexus.exercises import Chapter

chapter = Chapter("11-http-and-rest", read_answer, what_will_it_say, to_the_end)
check = chapter.check
