create table bookings (id serial primary key, guest text not null);
create table looked (found bool not null);
-- What tasks did, in which part of the chapter. A key, where there is one, lets it be done once.
create table events (task text not null, part text not null, what text not null, key text unique);
create view outcome as
    select
        task,
        part,
        count(*) filter (where what = 'charge') as charges,
        count(*) filter (where what = 'mail') as mails
    from events
    group by task, part
    order by part desc, task;
