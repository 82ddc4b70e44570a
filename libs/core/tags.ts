/** Key and value pairs that users attach to resources. */
export type Tags = Readonly<Record<string, string>>;

/**
 * Members of AWS's requests that Ebb keeps for its callers and gives back as they came, by their wire names, but does not
 * act on. They were validated when they came.
 */
export type KeptMembers = Readonly<Record<string, unknown>>;

/** The tags that are left when some are taken away, by their keys. */
export function withoutTags(tags: Tags, keys: Iterable<string | undefined>): Tags {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)));
}
