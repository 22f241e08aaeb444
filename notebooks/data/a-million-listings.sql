-- A million places to stay. Each value is computed from the row's number, so every copy is the same.
-- Prices run from 20 to 219; one listing in fifty is waiting for approval; a city has two thousand listings.
create table listings (
    id int primary key,
    host_id int not null,
    city text not null,
    price int not null,
    status text not null,
    created_at timestamptz not null,
    title text not null
);

insert into listings
select n,
       hashint4(n) & 131071,
       'City ' || (hashint4(n + 1) & 511),
       20 + (hashint4(n + 2) & 255) % 200,
       case when n % 50 = 0 then 'waiting' else 'listed' end,
       '2020-01-01 00:00:00+00'::timestamptz + n * interval '1 minute',
       'A place to stay, number ' || n
from generate_series(1, 1000000) as n;
