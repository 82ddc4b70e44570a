/**
 * Returns the common prefix that a listing shows in place of this key: the key up to and including the first delimiter
 * after the prefix. Undefined if the key itself is shown.
 */
export function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
