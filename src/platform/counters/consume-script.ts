import { defineScript } from '../redis/redis-script.js';
import type { WindowUsage } from './window-counters.js';

/** A limit as the script takes it. */
export interface ScriptLimit {
  key: string;
  quota: number;
  windowSeconds: number;
  /** The uses that this instance has counted itself, below which no count of Redis can be. */
  own: { endsAt: number; used: number };
}

export interface CountedWindow extends WindowUsage {
  /** Seconds since 1970. */
  endsAt: number;
}

/** Integers that the script returns for each limit. */
const REPLY_WIDTH = 3;

/**
 * Counts one use of every limit, or of none. A key is a hash of `ends_at` (seconds since 1970) and `used`, and expires
 * with its window. The time is that of Redis, so that all instances agree where a window begins. A clock that was set
 * back opens no new window. A lower count than an instance's own is raised to it, so that an emptied Redis does not begin
 * at zero. A field that is no number is an error, and so a refusal.
 *
 * KEYS: one for each limit. ARGV, four for each: quota, length of the window in seconds, and of the instance's own
 * tally the end of its window and the count.
 * Returns 1 or 0 for counted or not, then for each limit: end of the window, used, milliseconds until that end.
 */
export const CONSUME = defineScript({
  SCRIPT: `
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

local reply = { taken }
for i, key in ipairs(KEYS) do
  if taken == 1 then
    used[i] = used[i] + 1
    redis.call('HSET', key, 'ends_at', ends[i], 'used', used[i])
    redis.call('EXPIREAT', key, ends[i])
  end
  reply[#reply + 1] = ends[i]
  reply[#reply + 1] = used[i]
  reply[#reply + 1] = ends[i] * 1000 - milliseconds
end
return reply
`,
  parseCommand(parser, limits: readonly ScriptLimit[]) {
    parser.pushKeysLength(limits.map(({ key }) => key));
    for (const { quota, windowSeconds, own } of limits) {
      parser.push(String(quota), String(windowSeconds), String(own.endsAt), String(own.used));
    }
  },
  transformReply([taken, ...numbers]: number[]) {
    const windows: CountedWindow[] = [];
    for (let at = 0; at < numbers.length; at += REPLY_WIDTH) {
      const [endsAt, used, resetMs] = numbers.slice(at) as [number, number, number];
      windows.push({ endsAt, used, resetMs });
    }
    return { consumed: taken === 1, windows };
  },
});
