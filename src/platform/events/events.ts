import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppLogger } from '../logging/logging.module.js';

/** A class whose instances are events of one type. */
type EventType<Event> = abstract new (...parameters: never[]) => Event;
type Handler = (event: never) => void | Promise<void>;

/**
 * Tells handlers in this process that something has happened. An event is an instance of its type's class.
 *
 * An event may be lost: the process may end between the commit and a handler, and other instances never see it. So events
 * may report, count and warm caches. They never end tokens or enforce anything else; a port does that.
 */
@Injectable()
export class Events implements OnApplicationShutdown {
  private readonly handlers = new Map<EventType<object>, Handler[]>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly logger: AppLogger) {}

  /** Adds a handler for the events of one type. */
  on<Event extends object>(type: EventType<Event>, handler: (event: Event) => void | Promise<void>): void {
    this.handlers.set(type, [...(this.handlers.get(type) ?? []), handler]);
  }

  /**
   * Publishes an event after the change that it reports was committed. Handlers run later in the same turn: neither
   * their time nor their failures reach the publisher or one another.
   */
  publish(event: object): void {
    const type = event.constructor as EventType<object>;
    for (const handler of this.handlers.get(type) ?? []) void this.handle(type, handler, event as never);
  }

  /** Waits for running handlers, before the database closes. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running);
  }

  private async handle({ name }: EventType<object>, handler: Handler, event: never): Promise<void> {
    const run = Promise.resolve()
      .then(() => handler(event))
      .catch((err: unknown) => this.logger.error({ err, event: name }, 'a handler of an event failed'));
    this.running.add(run);
    await run;
    this.running.delete(run);
  }
}
