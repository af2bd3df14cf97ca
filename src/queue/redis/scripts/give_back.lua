-- Gives held deliveries back until an instant; takes attempts off.
despite_full_memory()
local until_then, untried = ARGV[1], tonumber(ARGV[2])
for i = 3, #ARGV do
  local id = ARGV[i]
  local record = redis.call('HGET', records, id)
  if record and redis.call('ZSCORE', held, id) then
    local attempts, entry = split(record)
    redis.call('HSET', records, id, math.max(attempts - untried, 0) .. ' ' .. entry)
    redis.call('ZADD', returned, until_then, id)
    redis.call('ZREM', held, id)
  end
end
