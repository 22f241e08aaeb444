-- KEYS[1]: the guest. ARGV, in microseconds: what a token is worth, what a full bucket
-- is worth and, in tests, the time.
local token, full = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local at = tonumber(kept[2]) or now
now = math.max(now, at)
local level = math.min((tonumber(kept[1]) or full) + now - at, full)
if level < token then
  return 0
end

redis.call('HSET', KEYS[1], 'level', level - token, 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((full - level + token) / 1000))
return 1
