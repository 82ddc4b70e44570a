const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * The name of the image that a container definition means: registry, repository path, tag and digest are dropped, so
 * that `123.dkr.ecr.us-east-1.amazonaws.com/team/ocr:v1` is `ocr`. The result is always a plain folder name; undefined
 * where nothing of the kind is left.
 */
export function resolveImageName(image: string): string | undefined {
  const [withoutDigest = ''] = image.split('@');
  const lastSegment = withoutDigest.slice(withoutDigest.lastIndexOf('/') + 1);
  const [name = ''] = lastSegment.split(':');
  return IMAGE_NAME.test(name) ? name : undefined;
}
