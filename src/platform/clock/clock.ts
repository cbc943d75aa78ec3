import { Global, Injectable, Module } from '@nestjs/common';

/** The one source of the time of day, so that tests can move it. */
export abstract class Clock {
  abstract now(): Date;

  /** NumericDate: whole seconds since 1970. RFC 7519 §2. */
  seconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }

  /** The moment `seconds` from now. */
  in(seconds: number): Date {
    return new Date(this.now().getTime() + seconds * 1000);
  }
}

@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}

@Global()
@Module({ providers: [{ provide: Clock, useClass: SystemClock }], exports: [Clock] })
export class ClockModule {}
