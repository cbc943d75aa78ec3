import { Injectable, type PipeTransform } from '@nestjs/common';
import { UUID } from '../../protocol/characters.js';
import { NotFound } from '../../protocol/problem.js';

/** A path parameter that must look like an id of ours: anything else names nothing, and says so as a missing one does. */
@Injectable()
export class ParseId implements PipeTransform<string, string> {
  constructor(
    private readonly what: string,
    private readonly pattern: RegExp = UUID,
  ) {}

  transform(value: string): string {
    if (!this.pattern.test(value)) throw new NotFound(this.what);
    return value;
  }
}
