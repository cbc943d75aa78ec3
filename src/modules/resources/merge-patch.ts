import { type JsonObject, type JsonValue, isJsonObject } from './json-value.js';

/**
 * Applies a JSON Merge Patch and leaves both of its arguments as they are. RFC 7396 §2.
 *
 * Null removes a member, an object merges into the object that is there, anything else replaces. The result nests
 * no deeper than the deeper of the two.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const members = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), change));
  }
  // Unlike an assignment, this makes a member of any name and reaches no prototype.
  return Object.fromEntries(members) satisfies JsonObject;
}
