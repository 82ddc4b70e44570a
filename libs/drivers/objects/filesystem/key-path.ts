/**
 * The path of a key below its bucket's directory. A segment's name is its text with every special character escaped as
 * `%XX`. Names are therefore ASCII, which no file system normalises, and never `.` or `..`; `+` and `~` stay free to
 * mark directories:
 *
 *     out/7.json      out+/7.json      a directory ends in `+`, so that the keys `out` and `out/7.json` live together
 *     a//b/           a+/+/b+/%       an empty directory segment is `+`, an empty last segment is `%`
 *     <300 letters>   <250>~/<50>      a segment too long for one name continues in a directory that ends in `~`
 */
export interface KeyPath {
  readonly directories: readonly string[];
  readonly file: string;
}

/** The longest name before its mark: below the 255 bytes that file systems allow. */
const MAX_NAME_LENGTH = 250;

/** Returns the path of a key below its bucket's directory. */
export function keyPath(key: string): KeyPath {
  const segments = key.split('/');
  const last = pieces(segments.pop()!);
  const file = last.pop()!;
  const directories: string[] = [];
  for (const segment of segments) {
    const names = pieces(segment);
    const end = names.pop()!;
    directories.push(...names.map((name) => `${name}~`), `${end}+`);
  }
  directories.push(...last.map((name) => `${name}~`));
  return { directories, file: fileName(file) };
}

/** The piece of a key that one name in a bucket's directories stands for. */
export interface KeyPiece {
  readonly text: string;
  readonly isDirectory: boolean;
}

/** Reads a name back into its piece of the key; undefined for a name that no key produces. */
export function keyPiece(name: string): KeyPiece | undefined {
  try {
    if (name.endsWith('+')) return { text: `${decodeURIComponent(name.slice(0, -1))}/`, isDirectory: true };
    if (name.endsWith('~')) return { text: decodeURIComponent(name.slice(0, -1)), isDirectory: true };
    return { text: name === '%' ? '' : decodeURIComponent(name), isDirectory: false };
  } catch {
    return undefined;
  }
}

/** Escapes a segment and, if it is too long for one name, cuts it between characters. */
function pieces(segment: string): string[] {
  const whole = escape(segment);
  if (whole.length <= MAX_NAME_LENGTH) return [whole];
  const names = [''];
  for (const character of segment) {
    const escaped = escape(character);
    if (names.at(-1)!.length + escaped.length > MAX_NAME_LENGTH) names.push('');
    names[names.length - 1] += escaped;
  }
  return names;
}

function escape(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function fileName(escaped: string): string {
  if (escaped === '') return '%';
  return escaped === '.' || escaped === '..' ? escaped.replaceAll('.', '%2E') : escaped;
}
