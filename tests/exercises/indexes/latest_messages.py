"""Right and wrong answers to latest-messages of 21-indexes."""

from exercises.indexes.latest_messages import LATEST, latest_messages
from tests.exercises.answers import Answers

answers = Answers(latest_messages)

answers.right("CREATE INDEX ON messages (conversation_id, sent_at DESC);")
answers.right("create index on messages (conversation_id, sent_at) include (body)")
answers.right("create index if not exists latest on messages using btree (conversation_id desc, sent_at)")
answers.right("create index concurrently latest on messages (conversation_id, sent_at, id)")
answers.wrong("a second column")("create index on messages (conversation_id)")
answers.wrong("in its brackets")("create index on messages (conversation_id) include (sent_at)")
answers.wrong("a second column")("create index on messages (conversation_id, id, sent_at)")
answers.wrong("comes first")("create index on messages (sent_at)")
answers.wrong("comes first")("create index on messages (sent_at, conversation_id)")
answers.wrong("comes first")("create index on messages (conversation_id); create index on messages (sent_at desc)")
answers.wrong("42 is an example")("create index on messages (sent_at desc) where conversation_id = 42")
answers.wrong("at which word it stumbled")("create unique index on messages (conversation_id, sent_at)")
answers.wrong("at which word it stumbled")("create index on messages conversation_id, sent_at")
answers.wrong("what the task says your answer is")(LATEST.format(42))
