from django.db import migrations

# A login was made with one password, by an account that could sign in. In the database, since there are many ways to
# change either, and a refresh token that survives one of them is good for weeks.
CREATE = """
create function accounts_end_logins() returns trigger language plpgsql as $$
begin
  update accounts_tokenfamily set revoked_at = now() where user_id = new.id and revoked_at is null;
  return null;
end
$$;
create trigger end_logins after update of password, is_active on accounts_user for each row
when (old.password <> new.password or (old.is_active and not new.is_active))
execute function accounts_end_logins();
"""
DROP = """
drop trigger end_logins on accounts_user;
drop function accounts_end_logins();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_token_expiry")]
    operations = [migrations.RunSQL(CREATE, DROP)]
