"""How HTTP, and GraphQL's codes, answer the errors of the CRM."""

from systems.api.problems import problem_type
from systems.crm.errors import OutOfStock

problem_type(
    "out-of-stock", 409, "Out of stock",
    "Read the products again, and order what is there.",
    OutOfStock,
)  # fmt: skip
LIMIT_EXCEEDED = problem_type(
    "limit-exceeded", 400, "Query too large",
    "Ask for less: fewer levels, fewer names, shorter pages. The message says which limit it was.",
)  # fmt: skip
