import { once } from 'node:events';
import { EncryptionKey } from '../../src/platform/crypto/encryption-key.js';
import { RedisWindowCounters } from '../../src/platform/counters/redis-window-counters.js';
import { aCaller, aLimitedRoute, countOf, limitsWith, verdictOf } from './limits.js';
import { aConnection } from './redis.js';

/** An instance in a process of its own: it sends its requests when it is told to, and says what became of them. */
const [url = '', routeId = '', requests = '', key = ''] = process.argv.slice(2);
const { connection } = await aConnection(url);
const encryptionKey = new EncryptionKey({ key: Buffer.from(key, 'hex'), dataDir: '' });
const limits = limitsWith(new RedisWindowCounters(connection, 'quota', encryptionKey));
const route = aLimitedRoute({ id: routeId, quotas: [{ limit: 100, per: 'day', by: 'client' }] });

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const verdicts = await Promise.all(
  Array.from({ length: Number(requests) }, () => verdictOf(limits.admit(route, aCaller({})))),
);
process.stdout.write(`${JSON.stringify(countOf(verdicts))}\n`);
connection.onApplicationShutdown();
process.stdin.destroy();
