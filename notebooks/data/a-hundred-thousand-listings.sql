-- A hundred thousand places to stay, each with a description in words. Each value is computed from the row's number, so
-- every copy is the same. Prices run from 20 to 219; about one description in eight speaks of a garden.
create table listings (
    id int primary key,
    host_id int not null,
    price int not null check (price > 0),
    title text not null,
    description text not null
);

insert into listings
select n,
       hashint4(n) & 4095,
       20 + (hashint4(n + 2) & 255) % 200,
       'A place to stay, number ' || n,
       (array['A quiet flat', 'A bright loft', 'A small house', 'A room with a view'])[1 + (hashint4(n + 3) & 3)]
       || (array[' by the river', ' near the station', ' in the old town', ' behind the market'])[1 + (hashint4(n + 4) & 3)]
       || ', with ' || (array['a desk', 'a piano', 'a garden', 'a balcony', 'a fireplace', 'a workshop', 'a sauna',
          'a library'])[1 + (hashint4(n + 5) & 7)]
       || ' and ' || (array['a dog who likes guests', 'two cats', 'bicycles to borrow', 'a neighbour who bakes'])[1 + (hashint4(n + 6) & 3)]
       || '. Check in after four; the key is where it always was.'
from generate_series(1, 100000) as n;
