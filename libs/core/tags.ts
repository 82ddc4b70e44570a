/** Key and value pairs that users attach to resources. */
export type Tags = Readonly<Record<string, string>>;

/**
 * Members of AWS's requests, by their wire names, that Ebb keeps and returns unchanged but does not act on. They are
 * already validated.
 */
export type KeptMembers = Readonly<Record<string, unknown>>;

/** Returns the tags without those of the given keys. */
export function withoutTags(tags: Tags, keys: Iterable<string | undefined>): Tags {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)));
}
