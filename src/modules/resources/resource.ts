import type { JsonValue } from './json-value.js';

/** A JSON document that a person, or a client by itself, owns. */
export interface Resource extends ResourceContent {
  id: string;
  /** The subject of the token that created it. */
  owner: string;
  /** 1 at first, and one more with every change. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What its owner says of a resource. */
export interface ResourceContent {
  title: string;
  body: JsonValue;
}

/** What a resource is found by: never by its id alone. */
export type ResourceKey = Pick<Resource, 'id' | 'owner'>;

/** A change of what is named; the body merges into the one that is there. RFC 7396. */
export type ResourcePatch = Partial<ResourceContent>;

/** The versions that a change may meet; undefined when any will do. */
export type ExpectedVersions = readonly number[] | undefined;

/** A page of resources, newest first. `before` is the id of the last one of the page before. */
export interface ResourcePage {
  before: string | undefined;
  limit: number;
}
