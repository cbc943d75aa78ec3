import { banner } from '#built/banner.js';
import { originsFrom } from './settings.mjs';

/**
 * The one line that is for programs that read the log as well as for people.
 * @param {import('#built/config/config.js').Config} config
 */
export function readyLine({ server: { port } }) {
  const { gateway, identity, api } = originsFrom(port);
  return `all three are ready: gateway ${gateway}, identity ${identity}, api ${api}`;
}

/**
 * What a person sees once all three are ready.
 * @param {import('#built/config/config.js').Config} config
 * @param {import('#built/first-start.js').FirstStart | undefined} first what may be seen here of what was made up
 */
export function page({ server: { issuer, docs, port } }, first) {
  const { gateway, identity, api } = originsFrom(port);
  return [
    banner(issuer, docs, first),
    '  Three processes, joined by HTTP:',
    '',
    `    gateway, oauth  ${gateway}   clients, tokens, routes: what clients call`,
    `    identity        ${identity}   people and passwords: POST /auth, for the gateway alone`,
    `    api             ${api}   the backend API, which trusts nothing but X-Identity`,
    '',
    '  The same resource without the gateway is refused:',
    '',
    `    curl -s -i -H "Authorization: Bearer $TOKEN" ${api}/api/resources`,
    '',
    '  Ctrl-C stops all three.',
    '',
    '',
  ].join('\n');
}
