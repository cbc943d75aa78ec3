import { type CustomDecorator, SetMetadata } from '@nestjs/common';
import type { AssertionReceiver } from '../assertions/identity-assertion-verifier.js';

const RECEIVER = Symbol('assertion receiver');

/** The routes of this controller are the identity role's: an assertion must be meant for it, and not for the API. */
export function ForIdentity(): CustomDecorator<symbol> {
  return SetMetadata(RECEIVER, 'identity' satisfies AssertionReceiver);
}

/** For whom an assertion must be meant at the routes of a controller: the API, unless it says `@ForIdentity()`. */
export function receiverOf(controller: Function): AssertionReceiver {
  return (Reflect.getMetadata(RECEIVER, controller) as AssertionReceiver | undefined) ?? 'api';
}
