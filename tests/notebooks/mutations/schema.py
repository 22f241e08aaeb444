"""Mutations of 20-schema: with each of them the chapter must fail."""

from tests.notebooks.mutate import Change

CHAPTER = "20-schema"
CHANGES = [
    Change(
        "the fault is taken out: the form is read after the rename",
        "lab.sql(line, [*form,",
        "lab.sql(line, [form[0], 'Hana Ali', *form[2:],",
    ),
    Change("one fact is on fewer rows", "generate_series(0, 499)", "generate_series(0, 498)"),
    Change(
        "the schema takes the contradiction", "email: Mapped[str] = mapped_column(unique=True)", "email: Mapped[str]"
    ),
    Change(
        "a reference is missing", 'host_id: Mapped[int] = mapped_column(ForeignKey("users.id"))', "host_id: Mapped[int]"
    ),
    Change(
        "the rename in the schema touches two rows",
        'hana.name = "Hana Bekele"',
        'session.execute(User.__table__.update().values(name="H"))',
    ),
    Change(
        "the first solution is spoiled", "having count(distinct host_name) > 1", "having count(distinct host_name) > 2"
    ),
    Change("the second solution is spoiled", '"name": "email"', '"name": {"order_no"}'),
    Change("the third solution is spoiled", "name: Mapped[str] = mapped_column(unique=True)", "name: Mapped[str]"),
]
