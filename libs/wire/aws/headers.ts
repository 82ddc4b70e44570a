/** Headers in the form of Node: names in lower case, repeated headers as a list. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Returns the value of one header; repeated headers are joined, as HTTP allows. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
