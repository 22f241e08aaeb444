-- KEYS[1]: the guest. ARGV: interval and tolerance in microseconds and, in tests, the time.
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local due = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now)
local next_due = due + interval
local wait = next_due - tolerance - now
if wait > 0 then
  return {0, 0, wait, due - now}
end

local ahead = next_due - now
redis.call('SET', KEYS[1], string.format('%.0f', next_due), 'PX', math.ceil(ahead / 1000))
return {1, math.floor((tolerance - ahead) / interval), 0, ahead}
