import { Module } from '@nestjs/common';
import { Events } from './events.js';

/** Events within this process, for each module that imports this one. */
@Module({ providers: [Events], exports: [Events] })
export class EventsModule {}
