/** What is used of an OpenAPI document here. */
export interface ApiDocument {
  paths: Record<string, object>;
  components?: { schemas?: Record<string, object> };
  tags?: { name: string }[];
}

/** @throws Error for what is no OpenAPI document in the members that are used here */
export function parseApiDocument(json: string): ApiDocument {
  const document = JSON.parse(json) as Partial<ApiDocument> | null;
  const { paths, components = {}, tags = [] } = document ?? {};
  const isUsable =
    isObject(paths) &&
    Object.values(paths).every(isObject) &&
    isObject(components) &&
    isObject(components.schemas ?? {}) &&
    Array.isArray(tags);
  if (!isUsable) throw new Error('this is no OpenAPI document');
  return { paths, components, tags: tags.filter(isObject) };
}

/** The first document with the paths of the second beside its own, what those refer to, and its tags. */
export function merged<Own extends ApiDocument>(own: Own, other: ApiDocument): Own {
  const tags = [...(own.tags ?? []), ...(other.tags ?? [])];
  return {
    ...own,
    paths: { ...other.paths, ...own.paths },
    components: {
      ...own.components,
      schemas: { ...schemasOf(other), ...own.components?.schemas },
    },
    tags: [...new Map(tags.map((tag) => [tag.name, tag])).values()],
  };
}

/** The schemas that the paths of a document refer to, and those that these refer to in turn. */
function schemasOf({ paths, components }: ApiDocument): Record<string, object> {
  const known = components?.schemas ?? {};
  const used = new Map<string, object>();
  const collect = (part: object): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name) || !Object.hasOwn(known, name)) continue;
      used.set(name, known[name]!);
      collect(known[name]!);
    }
  };
  collect(paths);
  return Object.fromEntries(used);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
