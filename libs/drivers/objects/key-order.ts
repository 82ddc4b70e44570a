/**
 * Compares keys as S3 sorts them, by their UTF-8 bytes. JavaScript compares UTF-16 units, in which characters beyond
 * U+FFFF (surrogate pairs) come before characters from U+E000 on; in UTF-8 they come after.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
