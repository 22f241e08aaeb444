-- A shop with a hundred customers of twenty orders each, and two lines in each order. Each value is computed from the
-- row's number, so every copy is the same.
create table customers (
    id int primary key,
    name text not null,
    email text not null unique
);
create table products (
    id int primary key,
    name text not null,
    price int not null check (price > 0),
    stock int not null,
    description text not null
);
create table orders (
    id int primary key,
    customer_id int not null references customers,
    status text not null
);
create table lines (
    id int primary key,
    order_id int not null references orders,
    product_id int not null references products,
    quantity int not null check (quantity > 0)
);
create index on orders (customer_id, id);
create index on lines (order_id, id);

insert into customers
select n,
       coalesce((array['Ada', 'Bo', 'Hana'])[n], 'Customer ' || n),
       coalesce((array['ada', 'bo', 'hana'])[n], 'customer' || n) || '@example.com'
from generate_series(1, 100) as n;

insert into products
select n,
       (array['Oak', 'Tin', 'Blue', 'Tall'])[1 + n % 4] || ' '
       || (array['chair', 'desk', 'lamp', 'mug', 'shelf', 'clock', 'stool', 'tray', 'vase', 'bench'])[1 + n / 4 % 10],
       5 + (hashint4(n) & 127),
       hashint4(n + 1) & 63,
       'Made by hand, in a workshop that you may visit. It comes with all its screws, and with two more.'
from generate_series(1, 40) as n;

insert into orders
select n, 1 + n / 20, (array['paid', 'pending', 'shipped', 'delivered'])[1 + (hashint4(n) & 3)]
from generate_series(0, 1999) as n;

insert into lines
select n, n / 2, 1 + (hashint4(n / 2) & 1023) % 20 + 20 * (n % 2), 1 + (hashint4(n + 2) & 3)
from generate_series(0, 3999) as n;

-- All that one screen shows, as one row: what a compound resource answers.
create view screens as
select id, name, email, (
    select json_agg(json_build_object('status', status, 'lines', (
        select json_agg(json_build_object('quantity', quantity, 'product', products.name) order by lines.id)
        from lines join products on products.id = product_id where order_id = orders.id
    )) order by orders.id)
    from orders where customer_id = customers.id
) as orders
from customers;
