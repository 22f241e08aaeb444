-- KEYS: generation, answer, lease, done. ARGV: a name no generation ever had, and milliseconds for lease and generation.
-- Gives the answer, if there is one, and the generation, if the caller is the one to compute it again.
local generation = redis.call('GET', KEYS[1])
if not generation then
  generation = ARGV[1]
  redis.call('SET', KEYS[1], generation, 'PX', ARGV[3])
end

local answer = redis.call('HMGET', KEYS[2], 'generation', 'fresh_until', 'value')
local value = answer[1] == generation and answer[3]
local time = redis.call('TIME')
if value and time[1] * 1000 + time[2] / 1000 < tonumber(answer[2]) then
  return {value, false}
end

-- A lease of an older generation is no obstacle: what its holder brings won't be kept.
if redis.call('GET', KEYS[3]) == generation then
  return {value, false}
end
redis.call('SET', KEYS[3], generation, 'PX', ARGV[2])
redis.call('DEL', KEYS[4])
return {value, generation}
