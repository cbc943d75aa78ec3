import { createServer } from 'node:net';
import { LOOPBACK, portsFrom } from './settings.mjs';

/**
 * @param {{ host: string, port: number }} server where the first of the three listens
 * @throws {Error} when another process has one of the three ports
 */
export async function demandFreePorts({ host, port }) {
  for (const wanted of portsFrom(port)) {
    if (await isFree(wanted, wanted === port ? host : LOOPBACK)) continue;
    throw new Error(
      `The port ${wanted} is in use by another process: PORT is ${port}, and the two ports after it are needed as well.`,
    );
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>} true too where something else is wrong with the address: the process that listens says what
 */
async function isFree(port, host) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(!('code' in error && error.code === 'EADDRINUSE')));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
