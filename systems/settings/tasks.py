"""Work in the background: Celery on RabbitMQ. A task is delivered at least once, so it must bear a second run."""

from systems.settings.environment import env
from systems.settings.kinds import amqp_url

CELERY_BROKER_URL = env("BROKER_URL", amqp_url, default="")  # without one the API runs, and no task does
# a file that a role without a port makes when it works
READY_FILE = env("READY_FILE", str, default="")
# a folder in which workers count their tasks, for systems.metrics to read; without one they don't count
METRICS_FOLDER = env("METRICS_FOLDER", str, default="")

# --- a broker that loses nothing, and that nobody waits for without end

CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_ROUTING_KEY = "systems"  # see core/queues.py for the others
CELERY_BROKER_CONNECTION_TIMEOUT = 3  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "confirm_publish": True,  # without it, what a full broker refuses is taken for sent
    "read_timeout": 3,  # a broker in alarm keeps the connection and says nothing
    "write_timeout": 3,
}

# --- a worker that may die at any moment

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # acks_late alone loses the task of a child that was killed
CELERY_TASK_ACKS_ON_FAILURE = CELERY_TASK_ACKS_ON_TIMEOUT = False  # what has failed for good is a dead letter
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # it is delivered again
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody uses it, and RabbitMQ refuses its queue to a second of one name
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 270, 300  # seconds

# --- messages that are data, and no result that nobody reads

CELERY_ACCEPT_CONTENT, CELERY_TASK_SERIALIZER = ["json"], "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"  # so are all times of the schedule

CELERY_BEAT_SCHEDULER = "systems.outbox.beat:SlotScheduler"
