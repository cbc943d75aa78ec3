import {
  classToPlain,
  plainToInstance,
  type ClassConstructor,
  type ClassTransformOptions,
} from 'class-transformer';

/**
 * class-transformer for `ValidationPipe`, without what it does to the objects in a body: it calls their member
 * `constructor`, and leaves out members that are named like methods. It gets a symbol in place of each, which it copies.
 */
export const handingOnMembers = {
  classToPlain,
  plainToInstance<T>(type: ClassConstructor<T>, plain: unknown, options?: ClassTransformOptions): T {
    if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
      return plainToInstance<T, unknown>(type, plain, options);
    }
    const objects = new Map<unknown, object>();
    const members = Object.entries(plain).map(([name, value]: [string, unknown]) => {
      if (!holdsObject(value)) return [name, value];
      const standIn = Symbol(name);
      objects.set(standIn, value);
      return [name, standIn];
    });
    const instance = plainToInstance(type, Object.fromEntries(members), options) as Record<string, unknown>;
    for (const [name, value] of Object.entries(instance)) {
      if (objects.has(value)) instance[name] = objects.get(value);
    }
    return instance as T;
  },
};

/** Whether it is an object, or a list with one in it. */
function holdsObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) || value.some((element) => typeof element === 'object' && element !== null);
}
