/**
 * Picks the media type that an Accept header likes best among those on offer (RFC 9110, 12.5.1): the most specific
 * range that matches a type decides its quality, and of equals the one offered first wins.
 *
 * @param {string | undefined} header
 * @param {readonly string[]} offered
 * @returns {string | undefined} undefined if none is acceptable
 */
export function chooseType(header, offered) {
  if (header === undefined || header.trim() === '') return offered[0];
  const ranges = header.split(',').map(parseRange);
  const liked = offered
    .map((type) => ({ type, quality: qualityOf(type, ranges) }))
    .filter(({ quality }) => quality > 0);
  return liked.sort((a, b) => b.quality - a.quality)[0]?.type;
}

/**
 * @param {string} type
 * @param {ReturnType<typeof parseRange>[]} ranges
 */
function qualityOf(type, ranges) {
  const family = `${type.split('/')[0]}/*`;
  for (const pattern of [type, family, '*/*']) {
    const match = ranges.find(({ name }) => name === pattern);
    if (match) return match.quality;
  }
  return 0;
}

/** @param {string} text one member of the header, such as `text/plain;q=0.5` */
function parseRange(text) {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { name, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
