/** Key and value pairs that users attach to resources. */
export type Tags = Readonly<Record<string, string>>;

/**
 * Members of AWS's requests that Ebb keeps for its callers and gives back as they came, by their wire names, but does not
 * act on. They were validated when they came.
 */
export type KeptMembers = Readonly<Record<string, unknown>>;
