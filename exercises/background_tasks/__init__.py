"""The exercises of 42-background-tasks: keys of a binding, a test that fails, a status, a consumer that is killed."""

from exercises.background_tasks.binding_keys import binding_keys
from exercises.background_tasks.failing_test import failing_test
from exercises.background_tasks.from_the_status import from_the_status
from exercises.background_tasks.handle_once import handle_once
from exercises.background_tasks.hotel import Hotel as Hotel
from nexus.exercises import Chapter

chapter = Chapter("42-background-tasks", binding_keys, failing_test, from_the_status, handle_once)
check = chapter.check
