-- Counts, and the entries of which one is the oldest.
local first = redis.call('ZRANGE', order, 0, 0)[1]
local record = first and redis.call('HGET', records, first)
local claimed = false
if record then
  local _, entry = split(record)
  claimed = entry
end
return {
  redis.call('LLEN', waiting) + redis.call('ZCARD', returned),
  redis.call('ZCARD', held),
  redis.call('HLEN', dead),
  claimed,
  redis.call('LINDEX', waiting, -1),
}
