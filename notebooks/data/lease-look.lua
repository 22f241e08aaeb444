-- KEYS: entry, lease. ARGV: a name that no lease ever had, and how many seconds one lasts.
-- Gives the entry, if there is one, and 1 if the caller has the lease: then it may store.
local entry = redis.call('GET', KEYS[1])
local given = not entry and redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', ARGV[2])
return {entry, given and 1 or 0}
