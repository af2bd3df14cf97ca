-- Ends deliveries, also those that were put aside meanwhile. Unlike a
-- transaction, a script may do that while the memory is full.
for _, id in ipairs(ARGV) do
  forget(id)
  redis.call('HDEL', dead, id)
end
