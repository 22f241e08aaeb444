-- KEYS: entry, lease. ARGV: a new token, and how many seconds a lease lasts.
-- Gives the entry, if there is one, and 1 if the caller now has the lease.
local entry = redis.call('GET', KEYS[1])
local given = not entry and redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', ARGV[2])
return {entry, given and 1 or 0}
