"""Right and wrong answers to unread of 21-indexes."""

from exercises.indexes.unread import unread
from tests.exercises.answers import Answers

answers = Answers(unread)

answers.right("create index on messages (receiver_id, body) where not is_read")
answers.right("create index on messages (receiver_id) include (body) where is_read = false")
answers.right("create index unread on messages (receiver_id, is_read) include (body) where not is_read;")
answers.right("create index on messages (receiver_id, id) include (body, is_read) where not is_read")
answers.wrong("include (...)")("create index on messages (receiver_id, is_read)")
answers.wrong("ninety-nine")("create index on messages (receiver_id, is_read) include (body)")
answers.wrong("ninety-nine")("create index on messages (receiver_id) include (body)")
answers.wrong("ninety-nine")("create index on messages (receiver_id) include (body) where is_read")
answers.wrong("include (...)")("create index on messages (receiver_id) where not is_read")
answers.wrong("nothing more")("create index on messages (body) where not is_read and receiver_id = 7")
answers.wrong("in the words of the query")(
    "create index on messages (receiver_id) include (body) where is_read is false"
)
answers.wrong("is in the brackets of the index, first")(
    "create index on messages (body, receiver_id) where not is_read"
)
answers.wrong("is in the brackets of the index, first")(
    "create index on messages (is_read) include (receiver_id, body) where not is_read"
)
answers.wrong("is in the brackets of the index, first")(
    "create index on messages (is_read, receiver_id) include (body) where not is_read"
)
answers.wrong("at which word it stumbled")("create index on messages (receiver_id) where not is_read include (body)")
