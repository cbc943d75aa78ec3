// The gateway topology on one machine: three processes joined by HTTP, each with a database of its own. They start
// together, stop together, and a person sees one page about all of them. For what it sets, see docs/gateway.md.
import { isOnScreen, openCredentialsOutput } from '#built/credentials-output.js';
import { whenNpmIsGone } from '#built/platform/process/npm-parent.js';
import { outliveTerminal, terminalIsGone } from '#built/platform/process/terminal.js';
import { page, readyLine } from './start-gateway/page.mjs';
import { demandFreePorts } from './start-gateway/ports.mjs';
import { processesOf, readConfig } from './start-gateway/settings.mjs';
import { Topology } from './start-gateway/topology.mjs';

try {
  process.exitCode = await run();
} catch (error) {
  console.error(`Grantway could not start. ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** @returns {Promise<number>} the exit code, once all three have ended */
async function run() {
  const config = readConfig(process.env);
  const { server, bootstrap } = config;
  // Found out by one of the three, it would be too late: the others have begun, and made up what is shown only once.
  await demandFreePorts(server);
  // In production, secrets come from the operator's own store: none is made up.
  const output = server.production ? undefined : openCredentialsOutput(bootstrap);
  const settings = processesOf(config, process.env, output !== undefined);
  const topology = new Topology(settings, config.startup.timeout * 1000);
  obeySignals(topology);

  const isReady = await topology.ready();
  // Of a start that came to nothing: its databases have the credentials all the same, and nobody shows them again.
  if (!isReady) await topology.ended();
  const first = topology.firstStart;
  if (first === undefined) output?.abandon();
  else output?.show(first);
  if (isReady) {
    if (process.stdout.isTTY) process.stdout.write(page(config, isOnScreen(bootstrap) ? first : undefined));
    console.log(readyLine(config));
  }
  return topology.ended();
}

/** @param {Topology} topology */
function obeySignals(topology) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => topology.stop());
  whenNpmIsGone(process.env, () => topology.stop());
  process.on('SIGHUP', () => (terminalIsGone() ? topology.stop() : topology.reload()));
  outliveTerminal();
}
