import type { KeptMembers } from '../../core/tags.js';
import type { Members } from '../aws/members.js';
import {
  type KeptShape,
  boolean,
  readKept,
  requiredInteger,
  requiredText,
  structure,
  structures,
  text,
  texts,
} from './kept-members.js';
import { KMS_KEY_ID, matching } from './rules.js';
import { DESTINATION } from './s3-address.js';

const MEDIA_TYPE = matching('[a-zA-Z0-9](-*[a-zA-Z0-9])*\\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*', { min: 1, max: 256 });
const MEDIA_TYPES = { min: 1, max: 10 };

const KEPT: KeptShape = {
  EnableCapture: boolean,
  InitialSamplingPercentage: requiredInteger({ min: 0, max: 100 }),
  DestinationS3Uri: requiredText(DESTINATION),
  KmsKeyId: text(KMS_KEY_ID),
  CaptureOptions: structures(
    { CaptureMode: requiredText({ oneOf: ['Input', 'Output', 'InputAndOutput'] }) },
    { min: 1, max: 32 },
  ),
  CaptureContentTypeHeader: structure({
    CsvContentTypes: texts(MEDIA_TYPE, MEDIA_TYPES),
    JsonContentTypes: texts(MEDIA_TYPE, MEDIA_TYPES),
  }),
};

/** Reads a `DataCaptureConfig` that captures nothing; any other is refused, because Ebb does not capture data. */
export function readUnusedDataCapture(request: Members): KeptMembers | undefined {
  const capture = request.structure('DataCaptureConfig');
  if (!capture) return undefined;
  if (capture.boolean('EnableCapture') !== false) {
    request.refuse('DataCaptureConfig');
    return undefined;
  }
  if (!capture.has('CaptureOptions')) capture.violate('CaptureOptions', 'Member must not be null');
  return readKept(capture, KEPT);
}
