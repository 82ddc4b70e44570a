import { EbbError } from '../../core/errors.js';

/** The most parts of a parameter's name, more than any operation of SNS, SQS or STS uses. */
const MAX_DEPTH = 12;

/**
 * The parameters of one request of the AWS Query protocol. Their dotted names form a tree. Lists and maps are written
 * as `Tags.member.1.Key` and `Attributes.entry.1.key`, or flattened as `Attribute.1.Name`.
 */
export class QueryInput {
  private value: string | undefined;
  private readonly children = new Map<string, QueryInput>();

  /** Builds the tree. Raises `InvalidRequest` for a name with more than `MAX_DEPTH` parts. */
  static of(parameters: Iterable<readonly [string, string]>): QueryInput {
    const root = new QueryInput();
    for (const [name, value] of parameters) {
      const path = name.split('.', MAX_DEPTH + 1);
      if (path.length > MAX_DEPTH) throw new EbbError('InvalidRequest', 'A parameter name is nested too deeply.');
      let node = root;
      for (const part of path) node = node.childOrNew(part);
      node.value = value;
    }
    return root;
  }

  /** This node's own value. The nodes of a list of strings have nothing else. */
  get ownText(): string | undefined {
    return this.value;
  }

  text(name: string): string | undefined {
    return this.children.get(name)?.value;
  }

  /** Returns a structure, which is empty if absent. */
  at(name: string): QueryInput {
    return this.children.get(name) ?? new QueryInput();
  }

  has(name: string): boolean {
    return this.children.has(name);
  }

  /** Returns the names directly below this node. */
  names(): string[] {
    return [...this.children.keys()];
  }

  /** Returns a list, or the entries of a map, in the order of their numbers, flattened or not. */
  list(name: string): QueryInput[] {
    const node = this.at(name);
    const numbered = node.children.get('member') ?? node.children.get('entry') ?? node;
    return [...numbered.children]
      .filter(([number]) => /^\d{1,9}$/.test(number))
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, member]) => member);
  }

  /** Returns a map of strings. `keyName` and `valueName` are the service's names for the two parts of an entry. */
  map(name: string, keyName = 'key', valueName = 'value'): Record<string, string> {
    return Object.fromEntries(this.list(name).map((entry) => [entry.text(keyName) ?? '', entry.text(valueName) ?? '']));
  }

  private childOrNew(name: string): QueryInput {
    let child = this.children.get(name);
    if (!child) this.children.set(name, (child = new QueryInput()));
    return child;
  }
}
