-- KEYS: generation, answer, lease, done. ARGV: the generation that the caller was given, the value or '' where it has
-- none, and milliseconds: for how long it is fresh, for how long it is kept, and for how long a lease lasts.
if redis.call('GET', KEYS[1]) == ARGV[1] and ARGV[2] ~= '' then
  local time = redis.call('TIME')
  local fresh_until = time[1] * 1000 + time[2] / 1000 + ARGV[3]
  redis.call('HSET', KEYS[2], 'generation', ARGV[1], 'fresh_until', fresh_until, 'value', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[1], 2 * ARGV[4])
end

if redis.call('GET', KEYS[3]) == ARGV[1] then
  redis.call('DEL', KEYS[3])
  redis.call('XADD', KEYS[4], 'MAXLEN', 1, '*', 'done', 1)
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
end
