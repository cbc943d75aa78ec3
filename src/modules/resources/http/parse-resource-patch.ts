import { Injectable, type PipeTransform } from '@nestjs/common';
import { type FieldError, InvalidInput } from '../../../protocol/problem.js';
import { titleFlaw } from '../document-limits.js';
import { isJsonObject, pointerInto } from '../json-value.js';
import type { ResourcePatch } from '../resource.js';

const MEMBERS = ['title', 'body'];

/**
 * A merge patch for a resource. It is no class to be validated: what a member's absence means and what its null
 * means are both the patch's own. RFC 7396 §1.
 */
@Injectable()
export class ParseResourcePatch implements PipeTransform<unknown, ResourcePatch> {
  /** @throws InvalidInput */
  transform(patch: unknown): ResourcePatch {
    if (!isJsonObject(patch)) throw new InvalidInput([{ pointer: '', detail: 'must be a JSON object' }]);
    const errors: FieldError[] = Object.keys(patch)
      .filter((name) => !MEMBERS.includes(name))
      .map((name) => ({ pointer: pointerInto('', name), detail: 'is not a member of this request' }));
    const flaw = Object.hasOwn(patch, 'title') ? titleFlaw(patch.title) : undefined;
    if (flaw !== undefined) errors.push({ pointer: '/title', detail: flaw });
    if (errors.length > 0) throw new InvalidInput(errors);
    return patch;
  }
}
