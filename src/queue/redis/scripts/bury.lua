-- Puts claimed deliveries aside: pairs of an id and the reason.
despite_full_memory()
local buried = 0
for i = 2, #ARGV, 2 do
  local id = ARGV[i]
  local record = redis.call('HGET', records, id)
  if record then
    local _, entry = split(record)
    bury(id, entry, ARGV[1], ARGV[i + 1])
    buried = buried + 1
  end
end
return buried
