"""Is the machine quiet enough to measure on? Watched before each part, when nothing of the benchmark runs."""

import psutil

SECONDS = 2.0
# Of all cores. A contender and its server keep about two cores busy. On two cores, one other program that never rests
# takes half of what they need; what an idle desktop or an editor does from time to time stays well below a fifth.
MOST = 0.2
LOOKS = 5  # servers of the part before may still be ending, and a task of the desktop is soon over


def used_by_others(seconds: float = SECONDS) -> float:
    """The share of all cores that was in use, from 0 to 1. This process sleeps meanwhile, so all of it is others' use.

    The load average would not do: it looks back on a minute, and so on the part that was measured before.
    """
    return round(psutil.cpu_percent(seconds) / 100, 2)


def said(share: float) -> str:
    """For the page."""
    busy = " That is busy, and it was measured all the same." if share > MOST else ""
    return f"In the {SECONDS:g} s before it began, other processes used {share:.0%} of all cores.{busy}"
