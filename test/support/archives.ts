import { Header, type HeaderData } from 'tar';

/** One entry of an archive to be made: anything that a header can say, true or not. */
export interface ArchiveEntry extends HeaderData {
  readonly content?: string | Buffer;
}

/** A tar archive made header by header, since no honest tool makes the bad ones. */
export function tarOf(...entries: readonly ArchiveEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), TAR_END]);
}

/** The two empty blocks that end an archive. */
export const TAR_END = Buffer.alloc(1_024);

/** One entry's header and content, padded to whole blocks. */
export function tarEntry({ content = '', ...members }: ArchiveEntry): Buffer {
  const bytes = Buffer.from(content);
  const header = new Header({ mode: 0o644, type: 'File', mtime: new Date(0), size: bytes.length, ...members });
  header.encode();
  return Buffer.concat([header.block!, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
