"""The exercises of 21-indexes: two columns in order, a query that fits its index, an index that answers alone."""

from exercises.indexes.latest_messages import latest_messages
from exercises.indexes.one_day import one_day
from exercises.indexes.unread import unread
from nexus.exercises import Chapter

chapter = Chapter("21-indexes", latest_messages, one_day, unread)
check = chapter.check
