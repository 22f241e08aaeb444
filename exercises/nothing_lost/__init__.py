"""The exercises of 42b-nothing-lost: what a consumer does, who holds a lock, and a test of a relay."""

from exercises.nothing_lost.five_steps import five_steps
from exercises.nothing_lost.judge_the_relay import judge_the_relay
from exercises.nothing_lost.nothing_leaves import nothing_leaves
from exercises.nothing_lost.two_handlers import two_handlers
from nexus.exercises import Chapter

chapter = Chapter("42b-nothing-lost", five_steps, two_handlers, nothing_leaves, judge_the_relay)
check = chapter.check
