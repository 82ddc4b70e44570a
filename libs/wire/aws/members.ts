import { Constraints, type NumberRule, type TextRule } from './constraints.js';

/**
 * The members of one structure of a JSON request, read by their wire names. A violation is reported under the path of
 * its member in AWS's spelling: `ModelName` of the first variant is `productionVariants.1.member.modelName`.
 */
export class Members {
  private constructor(
    private readonly constraints: Constraints,
    private readonly path: string,
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** Reads a whole request. Raises `InvalidRequest` with every violation that `read` reported. */
  static read<T>(body: Readonly<Record<string, unknown>>, read: (request: Members) => T): T {
    const constraints = new Constraints();
    const value = read(new Members(constraints, '', body));
    constraints.check();
    return value;
  }

  text(name: string, rule?: TextRule): string | undefined {
    return this.constraints.text(this.pathOf(name), this.values[name], rule);
  }

  requiredText(name: string, rule?: TextRule): string {
    return this.constraints.requiredText(this.pathOf(name), this.values[name], rule);
  }

  /** Returns a list of texts; empty if absent. */
  texts(name: string, rule: TextRule, length?: NumberRule): string[] {
    const values = this.constraints.list(this.pathOf(name), this.values[name], length) ?? [];
    return values.map((value, index) => this.constraints.requiredText(this.itemPath(name, index), value, rule));
  }

  /** Returns a map of texts; empty if absent. */
  textMap(name: string, keyRule: TextRule, valueRule: TextRule): Record<string, string> {
    const path = this.pathOf(name);
    const map = this.constraints.structure(path, this.values[name]) ?? {};
    return Object.fromEntries(
      Object.entries(map).map(([key, value]) => [
        this.constraints.requiredText(path, key, keyRule),
        this.constraints.requiredText(`${path}.${key}`, value, valueRule),
      ]),
    );
  }

  integer(name: string, rule?: NumberRule): number | undefined {
    return this.constraints.integer(this.pathOf(name), this.values[name], rule);
  }

  requiredInteger(name: string, rule?: NumberRule): number {
    return this.constraints.requiredInteger(this.pathOf(name), this.values[name], rule);
  }

  float(name: string, rule?: NumberRule): number | undefined {
    return this.constraints.float(this.pathOf(name), this.values[name], rule);
  }

  requiredFloat(name: string, rule?: NumberRule): number {
    return this.constraints.requiredFloat(this.pathOf(name), this.values[name], rule);
  }

  /** Returns a list of numbers; empty if absent. */
  floats(name: string, length?: NumberRule): number[] {
    const values = this.constraints.list(this.pathOf(name), this.values[name], length) ?? [];
    return values.map((value, index) => this.constraints.requiredFloat(this.itemPath(name, index), value));
  }

  boolean(name: string): boolean | undefined {
    return this.constraints.boolean(this.pathOf(name), this.values[name]);
  }

  structure(name: string): Members | undefined {
    const values = this.constraints.structure(this.pathOf(name), this.values[name]);
    return values && new Members(this.constraints, this.pathOf(name), values);
  }

  requiredStructure(name: string): Members {
    return this.structureAt(this.pathOf(name), this.values[name]);
  }

  /** Returns a list of structures; empty if absent. */
  structures(name: string, length?: NumberRule): Members[] {
    const items = this.constraints.list(this.pathOf(name), this.values[name], length) ?? [];
    return items.map((item, index) => this.structureAt(this.itemPath(name, index), item));
  }

  requiredStructures(name: string, length?: NumberRule): Members[] {
    if (!this.has(name)) this.violate(name, 'Member must not be null');
    return this.structures(name, length);
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  violate(name: string, constraint: string): void {
    this.constraints.violate(this.pathOf(name), this.values[name] ?? null, constraint);
  }

  /**
   * Refuses members that AWS has and Ebb cannot honour, because ignoring them would mislead the caller. Values that ask
   * for nothing (`false` and empty lists) pass.
   */
  refuse(...names: string[]): void {
    for (const name of names) {
      const value = this.values[name];
      const asksForNothing = value === false || (Array.isArray(value) && value.length === 0);
      if (this.has(name) && !asksForNothing) this.violate(name, 'Member must be null: it is not supported by Ebb yet');
    }
  }

  /** Members that are missing inside a missing structure are not reported. */
  private structureAt(path: string, value: unknown): Members {
    const isStructure = typeof value === 'object' && value !== null && !Array.isArray(value);
    const values = this.constraints.requiredStructure(path, value);
    return new Members(isStructure ? this.constraints : new Constraints(), path, values);
  }

  private pathOf(name: string): string {
    const spelled = name.charAt(0).toLowerCase() + name.slice(1);
    return this.path === '' ? spelled : `${this.path}.${spelled}`;
  }

  private itemPath(name: string, index: number): string {
    return `${this.pathOf(name)}.${index + 1}.member`;
  }
}
