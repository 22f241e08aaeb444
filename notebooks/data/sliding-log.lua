-- KEYS[1]: the guest. ARGV: limit, period in microseconds and, in tests, the time.
local limit, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

-- Newest first. With a limit of ten, the tenth newest decides.
local nth_newest = tonumber(redis.call('LINDEX', KEYS[1], limit - 1))
if nth_newest and now - nth_newest < period then
  return 0
end

redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], math.ceil(period / 1000))
return 1
