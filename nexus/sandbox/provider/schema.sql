create table if not exists payments (
  tx_ref text primary key,  -- the merchant's
  reference text not null unique,  -- ours
  token text not null unique,  -- of the checkout page
  amount text not null,
  currency text not null,
  charge text not null,  -- our fee
  customer text not null,  -- JSON: what else `initialize` was sent
  status text not null default 'pending',
  charged integer not null default 0,  -- how often money was taken
  asked integer not null default 0,  -- how often `verify` was asked
  created_at real not null,
  updated_at real not null
);

create table if not exists refunds (
  ref_id text primary key,  -- ours
  tx_ref text not null references payments,
  reference text unique,  -- the merchant's, which makes a repeat harmless
  amount text not null,
  reason text,
  meta text not null,  -- JSON
  created_at real not null
);

create table if not exists webhooks (
  id integer primary key,
  tx_ref text not null references payments,
  event text not null,
  body blob not null,
  signature text not null,  -- how it is signed, or is not
  due real,  -- null: held back
  place integer,  -- among those that are due at once; null: the order of their ids
  tries integer not null default 0,
  answers text not null default '[]',  -- JSON: what each try was answered
  state text not null default 'waiting'  -- or delivered, or given up
);
create index if not exists webhooks_waiting on webhooks (due) where state = 'waiting';

create table if not exists settings (name text primary key, value text not null);
