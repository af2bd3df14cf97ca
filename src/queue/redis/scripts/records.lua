-- Stands before every script: the keys, and what becomes of a delivery.
--
-- What is written comes before what is removed: a refusal in between (memory,
-- permissions) may double something, but loses nothing.
local waiting, records, held, returned, order, dead, last_id =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]

-- A record is how often the delivery was claimed, a blank, and its entry.
local function split(record)
  local blank = string.find(record, ' ', 1, true)
  return tonumber(string.sub(record, 1, blank - 1)), string.sub(record, blank + 1)
end

local function forget(id)
  redis.call('HDEL', records, id)
  redis.call('ZREM', held, id)
  redis.call('ZREM', returned, id)
  redis.call('ZREM', order, id)
end

-- A dead record is when, a blank, why, a line end, and the entry.
local function bury(id, entry, now, reason)
  redis.call('HSET', dead, id, now .. ' ' .. reason .. '\n' .. entry)
  forget(id)
end
