"""Events that are kept with what they tell of, published once that is committed, and handled once by each handler."""
