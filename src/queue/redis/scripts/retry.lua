-- Has dead deliveries wait as new ones; how many there were.
local retried = 0
for _, id in ipairs(ARGV) do
  local record = redis.call('HGET', dead, id)
  if record then
    -- Without a line end it is none of ours: all of it counts as the entry.
    local line_end = string.find(record, '\n', 1, true) or 0
    redis.call('LPUSH', waiting, string.sub(record, line_end + 1))
    redis.call('HDEL', dead, id)
    retried = retried + 1
  end
end
return retried
