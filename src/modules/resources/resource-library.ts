import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { timeOrderedId } from '../../platform/crypto/random.js';
import { Conflict, NotFound, PreconditionFailed } from '../../protocol/problem.js';
import { checkBody } from './document-limits.js';
import { mergePatch } from './merge-patch.js';
import type {
  ExpectedVersions,
  Resource,
  ResourceContent,
  ResourceKey,
  ResourcePage,
  ResourcePatch,
} from './resource.js';
import { ResourceStore } from './resource-store.js';

/** How often a patch that names no version is merged anew because another change came first. */
const MAX_ATTEMPTS = 10;

/** Keeps the documents of each owner apart: whoever does not own one is told what is told of a missing one. */
@Injectable()
export class ResourceLibrary {
  constructor(
    private readonly store: ResourceStore,
    private readonly clock: Clock,
  ) {}

  async list(owner: string, page: ResourcePage): Promise<Resource[]> {
    return this.store.list(owner, page);
  }

  /** @throws ProblemError 413, InvalidInput */
  async create(owner: string, { title, body }: ResourceContent): Promise<Resource> {
    checkBody(body);
    const now = this.clock.now();
    const resource = {
      id: timeOrderedId(now),
      owner,
      title,
      body,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await this.store.add(resource);
    return resource;
  }

  /** @throws NotFound */
  async get(key: ResourceKey): Promise<Resource> {
    const resource = await this.store.find(key);
    if (resource === undefined) throw new NotFound('resource');
    return resource;
  }

  /** @throws NotFound, PreconditionFailed, ProblemError 413, InvalidInput */
  async replace(key: ResourceKey, content: ResourceContent, expected: ExpectedVersions): Promise<Resource> {
    checkBody(content.body);
    const replaced = await this.store.replace(key, content, expected, this.clock.now());
    return replaced ?? this.refuse(key, expected);
  }

  /**
   * Reads, merges, and writes only if no other change came between; one that did is merged upon in its turn.
   * @throws NotFound, PreconditionFailed, Conflict, ProblemError 413, InvalidInput
   */
  async change(key: ResourceKey, patch: ResourcePatch, expected: ExpectedVersions): Promise<Resource> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const before = await this.get(key);
      if (expected !== undefined && !expected.includes(before.version)) throw new PreconditionFailed();
      const content = patched(before, patch);
      checkBody(content.body);
      const changed = await this.store.replace(key, content, [before.version], this.clock.now());
      if (changed !== undefined) return changed;
    }
    throw new Conflict('The resource is being changed by too many requests at once.');
  }

  /** @throws NotFound, PreconditionFailed */
  async remove(key: ResourceKey, expected: ExpectedVersions): Promise<void> {
    if (!(await this.store.remove(key, expected))) await this.refuse(key, expected);
  }

  /** Tells a resource in another version from one that is not there. */
  private async refuse(key: ResourceKey, expected: ExpectedVersions): Promise<never> {
    if (expected !== undefined) await this.get(key);
    throw expected === undefined ? new NotFound('resource') : new PreconditionFailed();
  }
}

function patched(before: ResourceContent, patch: ResourcePatch): ResourceContent {
  return {
    title: patch.title ?? before.title,
    body: patch.body === undefined ? before.body : mergePatch(before.body, patch.body),
  };
}
