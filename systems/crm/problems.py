"""How HTTP, and GraphQL's codes, answer the errors of the CRM."""

from systems.api.problems import problem_type
from systems.crm.errors import OutOfStock

problem_type(
    "out-of-stock", 409, "There are not so many left",
    "Read the products again, and order what is there.",
    OutOfStock,
)  # fmt: skip
LIMIT_EXCEEDED = problem_type(
    "limit-exceeded", 400, "The query asks for more than we answer at once",
    "Ask for less: fewer levels, fewer names, shorter pages. The message says which limit it was.",
)  # fmt: skip
