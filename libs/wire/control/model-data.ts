import type { AdditionalModelData, ModelDataSource } from '../../core/model/model-data.js';
import type { Members } from '../aws/members.js';
import { type KeptShape, readKept, requiredBoolean, requiredText, structure, withKept } from './kept-members.js';
import { matching } from './rules.js';
import { readModelPrefix, readObjectAddress } from './s3-address.js';

const MAX_ADDITIONAL_SOURCES = 5;
const CHANNEL_NAME = matching('[A-Za-z0-9\\.\\-_]+', { min: 1, max: 64 });

const KEPT: KeptShape = {
  ModelAccessConfig: structure({ AcceptEula: requiredBoolean }),
  HubAccessConfig: structure({ HubContentArn: requiredText(matching('.*', { max: 255 })) }),
};

/** Reads `ModelDataSource`. */
export function readModelDataSource(container: Members): ModelDataSource | undefined {
  const source = container.structure('ModelDataSource');
  return source && readS3DataSource(source.requiredStructure('S3DataSource'));
}

/** Reads `AdditionalModelDataSources`; undefined if absent. */
export function readAdditionalModelData(container: Members): AdditionalModelData[] | undefined {
  if (!container.has('AdditionalModelDataSources')) return undefined;
  const channels = new Set<string>();
  return container.structures('AdditionalModelDataSources', { max: MAX_ADDITIONAL_SOURCES }).map((additional) => {
    const channelName = additional.requiredText('ChannelName', CHANNEL_NAME);
    if (channels.has(channelName)) additional.violate('ChannelName', 'Member must be unique');
    // AWS's pattern accepts the names of the directory itself and of its parent.
    if (/^\.{1,2}$/.test(channelName)) additional.violate('ChannelName', 'Member must be the name of a directory');
    channels.add(channelName);
    return { channelName, source: readS3DataSource(additional.requiredStructure('S3DataSource')) };
  });
}

function readS3DataSource(source: Members): ModelDataSource {
  const dataType = source.requiredText('S3DataType', { oneOf: ['S3Prefix', 'S3Object'] });
  const compression = source.requiredText('CompressionType', { oneOf: ['None', 'Gzip'] });
  if (compression === 'Gzip' && dataType === 'S3Prefix') {
    source.violate('CompressionType', 'Member must be None where S3DataType is S3Prefix');
  }
  return {
    uri: readUri(source, dataType),
    dataType: dataType as ModelDataSource['dataType'],
    compression: compression as ModelDataSource['compression'],
    manifestUri: readObjectAddress(source, 'ManifestS3Uri'),
    etag: source.text('ETag'),
    manifestEtag: source.text('ManifestEtag'),
    kept: readKept(source, KEPT),
  };
}

function readUri(source: Members, dataType: string): string {
  if (!source.has('S3Uri')) return source.requiredText('S3Uri');
  if (dataType === 'S3Object') return readObjectAddress(source, 'S3Uri') ?? '';
  const prefix = readModelPrefix(source, 'S3Uri') ?? '';
  if (dataType === 'S3Prefix' && !prefix.endsWith('/')) {
    source.violate('S3Uri', 'Member must end with a forward slash where S3DataType is S3Prefix');
  }
  return prefix;
}

/** Writes `ModelDataSource`. */
export function writeModelDataSource(source: ModelDataSource): object {
  return { S3DataSource: writeS3DataSource(source) };
}

/** Writes one of `AdditionalModelDataSources`. */
export function writeAdditionalModelData({ channelName, source }: AdditionalModelData): object {
  return { ChannelName: channelName, S3DataSource: writeS3DataSource(source) };
}

function writeS3DataSource(source: ModelDataSource): object {
  const written = {
    S3Uri: source.uri,
    S3DataType: source.dataType,
    CompressionType: source.compression,
    ManifestS3Uri: source.manifestUri,
    ETag: source.etag,
    ManifestEtag: source.manifestEtag,
  };
  return withKept(written, source.kept);
}
