-- Takes deliveries: those that come back, then those that wait.

-- What is something else is found before anything is held.
redis.call('LLEN', waiting)
redis.call('HLEN', records)
redis.call('HLEN', dead)
redis.call('ZCARD', returned)
redis.call('ZCARD', order)
local count = tonumber(redis.call('GET', last_id) or 0)
if not count or count % 1 ~= 0 then
  return redis.error_reply('WRONGTYPE ' .. last_id .. ' is no number')
end
despite_full_memory()

local most, allowed = tonumber(ARGV[1]), tonumber(ARGV[2])
local now, hold_end, horizon, exhausted = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local taken, buried = {}, 0

local function left()
  return most - #taken - buried
end

local function hold(id, attempts, entry)
  redis.call('HSET', records, id, attempts .. ' ' .. entry)
  redis.call('ZADD', held, hold_end, id)
  redis.call('ZREM', returned, id)
  taken[#taken + 1] = {id, entry}
end

local function again(set, from, to)
  if left() <= 0 then
    return
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', set, from, to, 'LIMIT', 0, left())) do
    local record = redis.call('HGET', records, id)
    if record then
      local attempts, entry = split(record)
      if attempts < allowed then
        hold(id, attempts + 1, entry)
      else
        bury(id, entry, now, exhausted)
        buried = buried + 1
      end
    else
      forget(id)
    end
  end
end

-- A counter that was lost goes on with the time, far above whatever it counted
-- before: nobody who comes late to end a delivery ends another. An id that
-- something still bears is no new one.
local function new_id()
  if redis.call('EXISTS', last_id) == 0 then
    local time = redis.call('TIME')
    local milliseconds = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('SET', last_id, string.format('%.0f', milliseconds))
  end
  local id
  repeat
    id = string.format('%.0f', redis.call('INCR', last_id))
  until redis.call('HEXISTS', records, id) + redis.call('HEXISTS', dead, id) == 0
  return id
end

for _, set in ipairs({returned, held}) do
  again(set, '-inf', now)
  again(set, '(' .. horizon, '+inf')
end

if left() > 0 then
  local entries = redis.call('LRANGE', waiting, -left(), -1)
  for i = #entries, 1, -1 do
    local id = new_id()
    redis.call('ZADD', order, id, id)
    hold(id, 1, entries[i])
  end
  if #entries > 0 then
    redis.call('LTRIM', waiting, 0, -(#entries + 1))
  end
end

return {buried, taken}
