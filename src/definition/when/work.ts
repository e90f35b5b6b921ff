// What one evaluation of a `when` may spend: no output is so large that an expression stalls a workflow task (0052).
import type { Json } from '../json';

/** Thrown and caught inside the evaluation. */
export class Exhausted extends Error {}

/** Sizes of objects that were asked for: to list a large object's keys costs milliseconds, each time. */
const sizes = new WeakMap<object, number>();

/** Units are about 25 nanoseconds. What it counts depends on the values only, so that a replay counts the same. */
export class Work {
  private spent = 0;
  private found = 0;

  /** `max`: what may be spent; `doneMax`: of that what may be done here, and was not found out before. */
  constructor(
    private readonly max: number,
    private readonly doneMax: number = max,
  ) {}

  /** In units; sixteenths of one are exact. */
  get units(): number {
    return this.spent;
  }

  /** Of those the ones that were done here. */
  get done(): number {
    return this.spent - this.found;
  }

  spend(units: number): void {
    // What its own share does not allow is not begun, and so costs the others nothing.
    if (this.spent + units > this.max) throw new Exhausted();
    this.spent += units;
    if (this.done > this.doneMax) throw new Exhausted();
  }

  /** What it took to find out what is known by now. */
  spendFound(units: number): void {
    if (this.spent + units > this.max) throw new Exhausted();
    this.spent += units;
    this.found += units;
  }

  /** To compare two texts, or the beginning of one with the other; true, so that it can stand in a condition. */
  compare(a: string, b: string): true {
    this.spend(1 + Math.min(a.length, b.length) / 16);
    return true;
  }

  /** How many items or keys there are. */
  sizeOf(value: Exclude<Json, string | number | boolean | null>): number {
    if (Array.isArray(value)) return value.length;
    const size = sizes.get(value) ?? Object.keys(value).length;
    sizes.set(value, size);
    return size;
  }
}
