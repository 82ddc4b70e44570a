/** The first bytes of formats that are often sent instead of a `tar.gz`. */
const FORMATS: readonly { readonly name: string; readonly at?: number; readonly magic: Buffer }[] = [
  { name: 'gzip', magic: Buffer.from([0x1f, 0x8b]) },
  { name: 'a zip archive', magic: Buffer.from('PK\x03\x04') },
  { name: 'a zip archive', magic: Buffer.from('PK\x05\x06') },
  { name: 'bzip2', magic: Buffer.from('BZh') },
  { name: 'xz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { name: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { name: 'lz4', magic: Buffer.from([0x04, 0x22, 0x4d, 0x18]) },
  { name: 'a 7z archive', magic: Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) },
  { name: 'a tar archive without compression', at: 257, magic: Buffer.from('ustar') },
];

/** Names the format of a file by its first bytes; undefined if it is not a known one. */
export function nameFormat(beginning: Buffer): string | undefined {
  return FORMATS.find(({ magic, at = 0 }) => beginning.subarray(at, at + magic.length).equals(magic))?.name;
}
