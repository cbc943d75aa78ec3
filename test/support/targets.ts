import type { RequestListener } from 'node:http';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import { type Front, closedAfterEach, startFront } from './gateway-front.js';
import { type UpstreamServer, startUpstream } from './upstream-server.js';

/** Starts upstreams and fronts of one test, closed after it. */
export function startedForOneTest() {
  const toBeClosed = closedAfterEach();
  return {
    toBeClosed,
    async anUpstream(this: void, handle: RequestListener): Promise<UpstreamServer> {
      return toBeClosed(await startUpstream(handle));
    },
    async aFront(this: void, route: Route): Promise<Front> {
      return toBeClosed(await startFront(route));
    },
  };
}

/** An origin at which nobody listens. */
export async function aDeadUpstream(): Promise<UpstreamServer> {
  const upstream = await startUpstream(() => undefined);
  await upstream.close();
  return upstream;
}

/** Answers when the whole request is there. */
export const ok: RequestListener = (request, response) =>
  void request.resume().once('end', () => response.end('ok'));

/** Leaves every request without an answer. */
export const never: RequestListener = () => undefined;

/** The status of an answer that was read to its end. */
export async function statusAt(front: Front, init?: RequestInit): Promise<number> {
  const answer = await fetch(front.origin, init);
  await answer.arrayBuffer();
  return answer.status;
}

/** Does it so many times, side by side. */
export async function several<T>(count: number, each: (nth: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, async (_, nth) => each(nth)));
}
