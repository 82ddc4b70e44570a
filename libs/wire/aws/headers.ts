/** Headers as Node gives them: names in lower case, repeated ones as a list. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One header's value; repeated ones are joined as HTTP allows. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
