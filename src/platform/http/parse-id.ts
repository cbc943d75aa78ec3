import { Injectable, type PipeTransform } from '@nestjs/common';
import { UUID } from '../../protocol/characters.js';
import { NotFound } from '../../protocol/problem.js';

/** A path parameter that must be an id of ours: anything else names nothing, and says so as a missing one does. */
@Injectable()
export class ParseId implements PipeTransform<string, string> {
  constructor(private readonly what: string) {}

  transform(value: string): string {
    if (!UUID.test(value)) throw new NotFound(this.what);
    return value;
  }
}
