import { createRequire } from 'node:module';
import type { Document, Node } from 'yaml';
import { type Variables, substituted } from './environment-values.js';
import { type Finding, type Place, type RouteMistake, RoutesError, pointerOf } from './routes-error.js';

const require = createRequire(import.meta.url);

/** The parser, which loads at the first call: a process without a routes file does not need it. */
const loadYaml = (): typeof import('yaml') => require('yaml') as typeof import('yaml');

/** A document, and where in the text its members are. */
export interface YamlText {
  value: unknown;
  /** The mistake that a finding is, with its line and column. */
  locate(finding: Finding): RouteMistake;
}

/** In words of ours: those of the parser quote the text. */
const SYNTAX: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'has a member that is there already',
  MULTIPLE_DOCS: 'must be one document',
  NON_STRING_KEY: 'has a member whose name is not a text',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'must be indented with spaces, not tabs',
  TAG_RESOLVE_FAILED: 'must not have tags',
};

/** The parser has lost the thread there, and sees in what follows more of the like. */
const BROKEN: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
]);
const WHY_BROKEN =
  'is not valid YAML here; a bracket or quote above may be open, or the indentation may not fit';

/**
 * Parses YAML 1.2 of plain maps, lists, texts, numbers and booleans. Tags and aliases are refused: a line means what it
 * says, where it stands, and nothing grows when it is read. Variables are put into values, never into names of members.
 * @throws RoutesError with every mistake of the syntax, up to one after which there is no telling
 */
export function parseYaml(text: string, variables: Variables): YamlText {
  const { LineCounter, parseDocument } = loadYaml();
  const lines = new LineCounter();
  const mistakeAt = (offset: number, place: Place, detail: string): RouteMistake => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, pointer: pointerOf(place), detail };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    stringKeys: true,
    uniqueKeys: true,
    version: '1.2',
  });
  const complaints = [...document.errors, ...document.warnings];
  const brokenAt = complaints.findIndex(({ code }) => BROKEN.has(code));
  const mistakes = complaints
    .slice(0, brokenAt < 0 ? undefined : brokenAt + 1)
    .map(({ code, pos }) => mistakeAt(pos[0], [], detailOf(code)));
  // Not both: the parser warns of the tags that it does not know.
  if (mistakes.length === 0) {
    mistakes.push(...forbiddenIn(document).map(({ offset, detail }) => mistakeAt(offset, [], detail)));
  }
  if (mistakes.length > 0) throw new RoutesError(mistakes);
  mistakes.push(
    ...substituteIn(document, variables).map(({ offset, detail }) => mistakeAt(offset, [], detail)),
  );
  if (mistakes.length > 0) throw new RoutesError(mistakes);
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    locate: ({ place, detail }) => mistakeAt(offsetOf(document.contents, place), place, detail),
  };
}

function detailOf(code: string): string {
  return BROKEN.has(code) ? WHY_BROKEN : (SYNTAX[code] ?? `is not YAML here (${code})`);
}

function forbiddenIn(document: Document.Parsed): { offset: number; detail: string }[] {
  const { isAlias, visit } = loadYaml();
  const found: { offset: number; detail: string }[] = [];
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) found.push({ offset, detail: 'must not have aliases' });
      else if (node.anchor !== undefined) found.push({ offset, detail: 'must not have anchors' });
      else if (node.tag !== undefined) found.push({ offset, detail: SYNTAX['TAG_RESOLVE_FAILED']! });
    },
  });
  return found;
}

/** @returns what is wrong with the variables that values name */
function substituteIn(document: Document.Parsed, variables: Variables): { offset: number; detail: string }[] {
  const wrong: { offset: number; detail: string }[] = [];
  loadYaml().visit(document, {
    Scalar: (place, node, path) => {
      if (place === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const outcome = isId(path.at(-1))
        ? { detail: 'must not come from the environment: logs and mistakes name it' }
        : substituted(node.value, node.type === 'PLAIN', variables);
      if ('detail' in outcome) wrong.push({ offset: node.range?.[0] ?? 0, detail: outcome.detail });
      else node.value = outcome.value;
    },
  });
  return wrong;
}

function isId(pair: unknown): boolean {
  const { isPair, isScalar } = loadYaml();
  return isPair(pair) && isScalar(pair.key) && pair.key.value === 'id';
}

/** Where the member begins: its name, or the entry of a list. For what is missing, that of what it is missing in. */
function offsetOf(contents: Node | null, place: Place): number {
  const { isNode } = loadYaml();
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const part of place) {
    const [start, next]: [unknown, unknown] = stepInto(node, part);
    if (!isNode(start)) return offset;
    offset = start.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function stepInto(node: unknown, part: string | number): [start: unknown, next: unknown] {
  const { isMap, isScalar, isSeq } = loadYaml();
  if (isSeq(node)) return [node.items[Number(part)], node.items[Number(part)]];
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
  return [pair?.key, pair?.value];
}
