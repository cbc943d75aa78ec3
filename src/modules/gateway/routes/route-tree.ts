import { foldedPath } from '../paths/folded-path.js';
import { type PathPattern, isAnyOne } from './path-pattern.js';

/** Patterns as a tree of their segments, by which a path finds the most specific one in one walk. */
export class RouteTree<Leaf> {
  private readonly literals = new Map<string, RouteTree<Leaf>>();
  private anyOne: RouteTree<Leaf> | undefined;
  private here: Leaf | undefined;
  private below: Leaf | undefined;

  /** The leaf of a pattern; made where there is none yet. */
  leafOf(pattern: PathPattern, make: () => Leaf, at = 0): Leaf {
    const segment = pattern.segments[at];
    if (segment !== undefined) return this.child(segment).leafOf(pattern, make, at + 1);
    return pattern.below ? (this.below ??= make()) : (this.here ??= make());
  }

  /**
   * The leaf of the most specific pattern: segment by segment a literal before `*` before `**`. A literal that leads
   * nowhere is left again, so no walk is longer than the tree has nodes.
   * @param folded segments in the form of `foldedPath`
   */
  find(folded: readonly string[], at = 0): Leaf | undefined {
    if (at === folded.length) return this.here ?? this.below;
    return (
      this.literals.get(folded[at]!)?.find(folded, at + 1) ?? this.anyOne?.find(folded, at + 1) ?? this.below
    );
  }

  private child(segment: string): RouteTree<Leaf> {
    if (isAnyOne(segment)) return (this.anyOne ??= new RouteTree());
    const key = foldedPath(segment);
    let child = this.literals.get(key);
    if (child === undefined) this.literals.set(key, (child = new RouteTree()));
    return child;
  }
}
