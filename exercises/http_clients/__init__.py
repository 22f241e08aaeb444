"""The exercises of 11c-http-clients: what may be sent again, when to come back, and a body that is there in time."""

from exercises.http_clients.all_of_it_in_time import all_of_it_in_time
from exercises.http_clients.send_it_again import send_it_again
from exercises.http_clients.what_it_leaves import what_it_leaves
from exercises.http_clients.when_to_come_back import when_to_come_back
from nexus.exercises import Chapter

chapter = Chapter("11c-http-clients", send_it_again, what_it_leaves, when_to_come_back, all_of_it_in_time)
check = chapter.check
