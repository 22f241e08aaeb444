-- KEYS[1]: the lock. ARGV[1]: the token of the one who gives it back.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
