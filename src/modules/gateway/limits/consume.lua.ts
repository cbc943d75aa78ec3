import { RedisScript } from '../../../platform/redis/redis-script.js';

/**
 * Takes one request of every allotment, or nothing. A key is a hash of `ends_at` (seconds since 1970) and `used`, and
 * expires with its window. The time is that of Redis, so that all instances agree where a window begins; a clock that was
 * set back does not open a new one. An instance says what it has itself let through in a window, below which no count
 * can be: so a Redis that was emptied does not begin at zero. A field that is no number is an error, and so a refusal.
 *
 * KEYS: one for each allotment. ARGV, four for each: quota, length of a window in seconds, and of the instance's own
 * tally the end of its window and the count.
 * Returns 1 or 0 for taken or not, then for each allotment: end of the window, used, milliseconds until that end.
 */
export const CONSUME = new RedisScript(`
local time = redis.call('TIME')
local seconds = tonumber(time[1])
local milliseconds = seconds * 1000 + math.floor(tonumber(time[2]) / 1000)
local taken = 1
local ends, used = {}, {}

for i, key in ipairs(KEYS) do
  local quota, length, own_end, own =
    tonumber(ARGV[i * 4 - 3]), tonumber(ARGV[i * 4 - 2]), tonumber(ARGV[i * 4 - 1]), tonumber(ARGV[i * 4])
  ends[i] = (math.floor(seconds / length) + 1) * length
  used[i] = 0
  local kept = redis.call('HMGET', key, 'ends_at', 'used')
  if kept[1] and tonumber(kept[1]) >= ends[i] then
    ends[i] = tonumber(kept[1])
    used[i] = tonumber(kept[2])
  end
  if own_end == ends[i] and own > used[i] then used[i] = own end
  if used[i] >= quota then taken = 0 end
end

local answer = { taken }
for i, key in ipairs(KEYS) do
  if taken == 1 then
    used[i] = used[i] + 1
    redis.call('HSET', key, 'ends_at', ends[i], 'used', used[i])
    redis.call('EXPIREAT', key, ends[i])
  end
  answer[#answer + 1] = ends[i]
  answer[#answer + 1] = used[i]
  answer[#answer + 1] = ends[i] * 1000 - milliseconds
end
return answer
`);
