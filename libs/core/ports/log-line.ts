/** A line of a log has at most so many characters; what is longer is cut. */
export const MAX_LOG_LINE_CHARACTERS = 16_384;

const CUT_MARK = ' … (cut)';

/**
 * A text as the lines of a log that it becomes: parted at line feeds, each without the carriage return before one, and cut,
 * visibly, at `MAX_LOG_LINE_CHARACTERS`.
 */
export function toLogLines(text: string): string[] {
  // By far the most are one line that is left as it is.
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
