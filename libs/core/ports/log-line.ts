/** The most characters of a line of a log; a longer line is cut. */
export const MAX_LOG_LINE_CHARACTERS = 16_384;

const CUT_MARK = ' … (cut)';

/**
 * Splits a text into the lines of a log at its line feeds. Each line loses a carriage return at its end, and is cut at
 * `MAX_LOG_LINE_CHARACTERS` with a visible mark.
 */
export function toLogLines(text: string): string[] {
  // Most texts are one line that needs no change.
  if (text.length <= MAX_LOG_LINE_CHARACTERS && !text.includes('\n')) return [withoutReturn(text)];
  return text.split('\n').map((line) => cut(withoutReturn(line)));
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function cut(line: string): string {
  if (line.length <= MAX_LOG_LINE_CHARACTERS) return line;
  return `${line.slice(0, MAX_LOG_LINE_CHARACTERS - CUT_MARK.length)}${CUT_MARK}`;
}
