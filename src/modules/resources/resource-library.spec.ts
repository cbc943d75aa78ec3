import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../platform/clock/clock.js';
import { Conflict, NotFound, PreconditionFailed } from '../../protocol/problem.js';
import { mergePatch } from './merge-patch.js';
import type { ExpectedVersions, Resource, ResourceContent, ResourceKey } from './resource.js';
import { ResourceLibrary } from './resource-library.js';
import { ResourceStore } from './resource-store.js';

/** One resource in memory, which other requests change or delete just before a write is tried. */
class ContestedStore extends ResourceStore {
  constructor(
    private resource: Resource | undefined,
    private readonly interfere: (resource: Resource) => Resource | undefined,
    private times: number,
  ) {
    super();
  }

  async add(): Promise<void> {}

  async find({ id, owner }: ResourceKey): Promise<Resource | undefined> {
    return this.resource?.id === id && this.resource.owner === owner ? this.resource : undefined;
  }

  async list(): Promise<Resource[]> {
    return [];
  }

  async replace(
    key: ResourceKey,
    content: ResourceContent,
    expected: ExpectedVersions,
    updatedAt: Date,
  ): Promise<Resource | undefined> {
    if (this.resource !== undefined && this.times > 0) {
      this.times -= 1;
      this.resource = this.interfere(this.resource);
    }
    const found = await this.find(key);
    if (found === undefined || (expected !== undefined && !expected.includes(found.version)))
      return undefined;
    this.resource = { ...found, ...content, version: found.version + 1, updatedAt };
    return this.resource;
  }

  async remove(): Promise<boolean> {
    return false;
  }
}

const KEY: ResourceKey = { id: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10', owner: 'alice' };
const NOW = new Date('2026-01-01T00:00:00Z');
const RESOURCE: Resource = {
  ...KEY,
  title: 'Before',
  body: { a: 1 },
  version: 1,
  createdAt: NOW,
  updatedAt: NOW,
};

const addMember = (resource: Resource): Resource => ({
  ...resource,
  body: mergePatch(resource.body, { [`other${resource.version}`]: true }),
  version: resource.version + 1,
});

function aLibrary(interfere: (resource: Resource) => Resource | undefined, times: number): ResourceLibrary {
  return new ResourceLibrary(new ContestedStore(RESOURCE, interfere, times), new SystemClock());
}

describe('a patch that races with other changes', () => {
  it('is merged into what the others left', async () => {
    const changed = await aLibrary(addMember, 2).change(KEY, { body: { b: 2 } }, undefined);
    expect(changed).toMatchObject({
      version: 4,
      title: 'Before',
      body: { a: 1, b: 2, other1: true, other2: true },
    });
  });

  it('gives up as a conflict when the others never rest', async () => {
    await expect(aLibrary(addMember, Infinity).change(KEY, { title: 'After' }, undefined)).rejects.toThrow(
      Conflict,
    );
  });

  it('fails its precondition when it named the version that is gone', async () => {
    await expect(aLibrary(addMember, 1).change(KEY, { title: 'After' }, [1])).rejects.toThrow(
      PreconditionFailed,
    );
  });

  it('finds nothing when the resource was deleted meanwhile', async () => {
    const library = aLibrary(() => undefined, 1);
    await expect(library.change(KEY, { title: 'After' }, undefined)).rejects.toThrow(NotFound);
  });
});

describe('a replacement that races with a deletion', () => {
  it.each([[undefined], [[1]]])('finds nothing when it expects %j', async (expected) => {
    const library = aLibrary(() => undefined, 1);
    await expect(library.replace(KEY, { title: 'After', body: null }, expected)).rejects.toThrow(NotFound);
  });
});
