-- KEYS[1]: the guest. ARGV: limit, period in microseconds and, in tests, the time.
local limit, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local kept = redis.call('HMGET', KEYS[1], 'window', 'count', 'before')
local last = tonumber(kept[1]) or 0
local window = math.max(math.floor(now / period), last)
local count, before = 0, 0
if window == last then
  count, before = tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
elseif window == last + 1 then
  before = tonumber(kept[2]) or 0
end

-- How much of the window before is still less than a period ago.
local still = math.min((window + 1) * period - now, period)
if before * still / period + count + 1 > limit then
  return 0
end

redis.call('HSET', KEYS[1], 'window', window, 'count', count + 1, 'before', before)
redis.call('PEXPIRE', KEYS[1], math.ceil(2 * period / 1000))
return 1
