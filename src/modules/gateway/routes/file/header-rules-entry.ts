import { resolve } from 'node:path';
import type { HeaderRule, HeaderRules } from '../../headers/header-rules.js';
import { type HeaderTemplate, isFieldValue, parseTemplate } from '../../headers/header-template.js';
import {
  objectionToKept,
  objectionToRequestRule,
  objectionToResponseRule,
} from '../../headers/ruled-names.js';
import type { FilesRead } from './files-read.js';
import type { HeaderValuesEntry, RouteEntry } from './route-entry.js';
import type { Finding, Place } from './routes-error.js';

/** What an entry says of header fields, with its files read, and what is wrong with it. */
export interface HeadersRead {
  rules: { requestHeaders: HeaderRules; responseHeaders: HeaderRules };
  /** Places within the entry. */
  findings: Finding[];
}

type Objection = (name: string) => string | undefined;

/** @param directory that the names of files are relative to */
export function readHeaderRules(entry: RouteEntry, directory: string, files: FilesRead): HeadersRead {
  const findings: Finding[] = [];
  const isPublic = entry.public === true;
  const read = (member: 'request_headers' | 'response_headers', objectionTo: Objection): HeaderRules => {
    const { set = {}, add = {}, remove = [] } = entry[member] ?? {};
    const rules = (kind: 'set' | 'add', values: HeaderValuesEntry): HeaderRule[] =>
      Object.entries(values).map(([name, said]) => {
        const place = [member, kind, name];
        find(place, objectionTo(name));
        if (typeof said !== 'string') {
          const file = files.named(resolve(directory, said.value_file));
          // An editor ends the line of a file with a line break.
          const value = 'text' in file ? [file.text.replace(/\r?\n$/, '')] : [];
          find(place, 'detail' in file ? file.detail : objectionToValue(value, isPublic));
          return { name, value };
        }
        const value = parseTemplate(said);
        find(place, objectionToValue(value, isPublic));
        return { name, value: value ?? [] };
      });
    remove.forEach((name, at) => find([member, 'remove', at], objectionTo(name)));
    return { set: rules('set', set), add: rules('add', add), remove };
  };
  const find = (place: Place, detail: string | undefined): void => {
    if (detail !== undefined) findings.push({ place, detail });
  };
  const rules = {
    requestHeaders: read('request_headers', objectionToRequestRule),
    responseHeaders: read('response_headers', (name) => objectionToResponseRule(name, isPublic)),
  };
  (entry.keep_headers ?? []).forEach((name, at) => find(['keep_headers', at], objectionToKept(name)));
  return { rules, findings };
}

function objectionToValue(value: HeaderTemplate | undefined, isPublic: boolean): string | undefined {
  if (value === undefined) return 'must be a text with fields such as {claim:sub}';
  const text = value.map((part) => (typeof part === 'string' ? part : 'x')).join('');
  if (!isFieldValue(text))
    return 'must be one line without control characters, and without spaces at its ends';
  const hasClaim = value.some((part) => typeof part !== 'string' && 'claim' in part);
  return hasClaim && isPublic ? 'names a claim, but a public route has no caller with claims' : undefined;
}
