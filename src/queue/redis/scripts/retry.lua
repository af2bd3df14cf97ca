-- Has dead deliveries wait as new ones; how many there were.
local retried = 0
for _, id in ipairs(ARGV) do
  local record = redis.call('HGET', dead, id)
  if record then
    redis.call('LPUSH', waiting, string.sub(record, string.find(record, '\n', 1, true) + 1))
    redis.call('HDEL', dead, id)
    retried = retried + 1
  end
end
return retried
