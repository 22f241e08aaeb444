from django.db import migrations

# Wakes the relay when an event's transaction has committed, and not before. One notification a statement, not a row.
CREATE = """
create function outbox_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end
$$;
create trigger notify after insert on outbox_event for each statement execute function outbox_notify();
"""
DROP = """
drop trigger notify on outbox_event;
drop function outbox_notify();
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
