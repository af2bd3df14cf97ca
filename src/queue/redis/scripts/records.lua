-- Stands before every script: the keys, and what becomes of a delivery.
--
-- What is written comes before what is removed: a refusal in between (memory,
-- permissions) may double something, but loses nothing.
local waiting, records, held, returned, order, dead, last_id =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]

-- While the memory is full, Redis refuses a script's first write if it may take
-- memory, but no later one. What makes room must not be refused: its first write
-- is one that never is, and does nothing.
local function despite_full_memory()
  redis.call('ZREM', held, '')
end

-- A record is how often the delivery was claimed, a blank, and its entry. What
-- does not begin with a number is none of ours: all of it counts as the entry.
local function split(record)
  local blank = string.find(record, ' ', 1, true)
  local attempts = blank and tonumber(string.sub(record, 1, blank - 1))
  if attempts then
    return attempts, string.sub(record, blank + 1)
  end
  return 0, record
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
