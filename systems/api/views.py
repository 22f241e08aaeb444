"""Views without REST framework: a decorator for those, and the pages that explain each problem."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from systems.api import handlers, problems
from systems.api.problems import Problem

View = Callable[..., HttpResponse]


def reads_only(view: View) -> View:
    """GET and HEAD. Anything else gets the shape of all problems, which Django's own decorator does not give.

    Nothing changes, so there is nothing to guard from other sites: a POST is no forgery, but a mistake.
    """

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, **arguments: str) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return view(request, **arguments)
        why = f"{request.method} is not allowed here"
        return handlers.answer(Problem(problems.METHOD_NOT_ALLOWED, why, headers={"Allow": "GET, HEAD"}))

    return checked


@reads_only
def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that a problem's type leads to."""
    if slug not in problems.TYPES:
        raise Http404
    return render(request, "api/problem.html", {"problem": problems.TYPES[slug]})
