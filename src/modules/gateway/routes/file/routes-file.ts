import { dirname } from 'node:path';
import type { OwnPaths } from '../../../../platform/http/own-paths.js';
import { type ReservedAudience, audienceConflicts } from '../audience-conflicts.js';
import { claimedReadings } from '../claimed-readings.js';
import { claimsOnOwnPaths } from '../reserved-paths.js';
import { conflictsBetween } from '../route-conflicts.js';
import type { Route } from '../route.js';
import type { Variables } from './environment-values.js';
import type { FilesRead } from './files-read.js';
import { readHeaderRules } from './header-rules-entry.js';
import { type RouteEntry, routeOf, upstreamEntryOf } from './route-entry.js';
import { type EntryContext, mistakesOfEntry } from './route-mistakes.js';
import { type Finding, RoutesError } from './routes-error.js';
import { schemaMistakesIn } from './schema-mistakes.js';
import { readTls } from './tls-files.js';
import { parseYaml } from './yaml-text.js';

/** What the routes of a file are held against. */
export interface RoutesContext extends EntryContext {
  /** Audience of a route that names none. */
  audience: string;
  ownPaths: OwnPaths;
  reservedAudiences: readonly ReservedAudience[];
  /** Environment variables that values may name. */
  variables: Variables;
  /** Reads the file and the PEM files that it names. */
  files: FilesRead;
}

/**
 * Reads the routes file, whole or not at all.
 * @param file its absolute name; names in it are relative to its directory
 * @throws RoutesError with every mistake in it, and in the files that it names
 */
export function readRoutesFile(file: string, context: RoutesContext): Route[] {
  let text: string;
  try {
    text = context.files.text(file);
  } catch (error) {
    const detail = `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
    throw new RoutesError([{ line: undefined, column: undefined, pointer: '', detail }]);
  }
  return readRoutes(text, dirname(file), context);
}

function readRoutes(text: string, directory: string, context: RoutesContext): Route[] {
  const yaml = parseYaml(text, context.variables);
  const findings = schemaMistakesIn(yaml.value);
  const entries = soundEntriesOf(yaml.value, findings).map(({ entry, index }) => ({
    index,
    ...readEntry(entry, directory, context),
  }));
  for (const { index, mistakes } of entries)
    findings.push(...mistakes.map((finding) => within(index, finding)));
  const whole = entries.filter(({ mistakes }) => mistakes.length === 0);
  findings.push(...mistakesTogether(whole, context));
  if (findings.length > 0) {
    throw new RoutesError(findings.map((finding) => yaml.locate(finding)).toSorted(byPosition));
  }
  return entries.map(({ route }) => route);
}

/** The entries that the schema has nothing against, with their positions in the file. */
function soundEntriesOf(
  value: unknown,
  findings: readonly Finding[],
): { entry: RouteEntry; index: number }[] {
  const spoilt = new Set(findings.map(({ place: [, index] }) => String(index)));
  if (findings.some(({ place }) => place.length < 2)) return [];
  return (value as { routes: RouteEntry[] }).routes
    .map((entry, index) => ({ entry, index }))
    .filter(({ index }) => !spoilt.has(String(index)));
}

function readEntry(
  entry: RouteEntry,
  directory: string,
  { audience, files, ...context }: RoutesContext,
): { route: Route; mistakes: Finding[] } {
  const { tls, findings } = readTls(upstreamEntryOf(entry).tls, directory, files);
  const inTls = findings.map(({ place, detail }) => ({ place: ['upstream', 'tls', ...place], detail }));
  const headers = readHeaderRules(entry, directory, files);
  return {
    route: { ...routeOf(entry, tls, audience), ...headers.rules },
    mistakes: [...mistakesOfEntry(entry, context), ...inTls, ...headers.findings],
  };
}

function mistakesTogether(
  entries: readonly { route: Route; index: number }[],
  { ownPaths, reservedAudiences }: RoutesContext,
): Finding[] {
  const routes = entries.map(({ route }) => route);
  return [
    ...[...conflictsBetween(routes), ...claimedReadings(routes, ownPaths.all())].map(
      ({ index, member, detail }) => ({ index, place: [member], detail }),
    ),
    ...claimsOnOwnPaths(routes, ownPaths.all()).map(({ index, detail }) => ({
      index,
      place: ['path'],
      detail,
    })),
    ...audienceConflicts(routes, reservedAudiences).map(({ index, detail }) => ({
      index,
      place: ['audience'],
      detail,
    })),
  ].map(({ index, ...finding }) => within(entries[index]!.index, finding));
}

function within(index: number, { place, detail }: Finding): Finding {
  return { place: ['routes', index, ...place], detail };
}

function byPosition(a: { line: number | undefined; column: number | undefined }, b: typeof a): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
