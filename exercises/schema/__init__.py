"""The exercises of 20-schema: find contradictions, say what decides what, write a link table."""

from exercises.schema.amenities import amenities
from exercises.schema.contradictions import contradictions
from exercises.schema.what_decides import what_decides
from nexus.exercises import Chapter

chapter = Chapter("20-schema", contradictions, what_decides, amenities)
check = chapter.check
