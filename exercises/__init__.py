"""The exercises, one module a chapter: each check, its hints, and the wrong answers that its tests try."""
