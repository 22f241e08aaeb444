"""The exercises: a package for each chapter, and in it a module for each exercise, with its check and its hints."""
