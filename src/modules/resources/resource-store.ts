import type { ExpectedVersions, Resource, ResourceContent, ResourceKey, ResourcePage } from './resource.js';

/** Where resources are kept. Every method is atomic and durable when it returns. */
export abstract class ResourceStore {
  abstract add(resource: Resource): Promise<void>;

  abstract find(key: ResourceKey): Promise<Resource | undefined>;

  abstract list(owner: string, page: ResourcePage): Promise<Resource[]>;

  /** Puts `content` in place as the next version; undefined when there is no such resource in an expected version. */
  abstract replace(
    key: ResourceKey,
    content: ResourceContent,
    expected: ExpectedVersions,
    now: Date,
  ): Promise<Resource | undefined>;

  /** False when there is no such resource in an expected version. */
  abstract remove(key: ResourceKey, expected: ExpectedVersions): Promise<boolean>;
}
