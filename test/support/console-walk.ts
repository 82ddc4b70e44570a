/** A command of a walk in the documentation, and what it is said to print. */
export interface Step {
  readonly command: string;
  readonly output: readonly string[];
}

/** A `console` block: its steps, and what the comment right before it says of it. */
export interface WalkBlock {
  readonly note: string;
  readonly steps: readonly Step[];
}

/** Stands in a walk for what is not the same each time: within a line for a part of it, by itself for any lines. */
const ANYTHING = '…';

/** The `console` blocks of a Markdown document: `$` begins a command, and what follows is what it prints. */
export function walkBlocks(markdown: string): WalkBlock[] {
  const blocks = markdown.matchAll(/(?:<!-- walk: ([^>]*?) -->\n+)?```console\n(.*?)```/gs);
  return [...blocks].map(([, note = '', text]) => ({ note, steps: stepsOf(text!) }));
}

function stepsOf(text: string): Step[] {
  const [, ...steps] = text.split(/^\$ /m);
  return steps.map((step) => {
    const [command = '', ...output] = step.trimEnd().split('\n');
    return { command, output };
  });
}

const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, 'TIME'],
  [/\b(\d+(\.\d+)? (s|min|h|d|days)( \d+ (s|min|h))?|less than a second)\b/g, 'SPAN'],
  [/http:\/\/127\.0\.0\.1:\d+/g, 'URL'],
  [/\b\d+(\.\d+)? (KiB|MiB|GiB|TiB)\b/g, 'SIZE'],
  // Columns are as wide as what is in them.
  [/ +/g, ' '],
];

/** A line without what is another each time: ids, times, spans of time, sizes, the port. */
export function normalized(line: string): string {
  return CHANGING.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line).trimEnd();
}

/** Whether what was printed is what was said, where `…` stands for anything. */
export function matches(printed: readonly string[], said: readonly string[]): boolean {
  const pieces = said.map((line) => (line === ANYTHING ? '(?:[^\\n]*\\n)*' : `${patternOf(normalized(line))}\\n`));
  return new RegExp(`^${pieces.join('')}$`).test(printed.map((line) => `${normalized(line)}\n`).join(''));
}

function patternOf(line: string): string {
  const parts = line.split(ANYTHING).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return parts.join('[^\\n]*');
}
