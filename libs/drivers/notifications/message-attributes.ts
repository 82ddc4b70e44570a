import type { MessageAttribute } from '../../core/delivery/delivery.js';

/** A message attribute in the form that both SNS's and SQS's clients take. */
interface SdkAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

/**
 * Converts message attributes, whose binary values are kept as base64. Returns undefined if there are none, because the
 * services refuse an empty map.
 */
export function toSdkAttributes(
  attributes: Readonly<Record<string, MessageAttribute>> = {},
): Record<string, SdkAttribute> | undefined {
  const entries = Object.entries(attributes).map(([name, { type, value }]) => [name, toSdkAttribute(type, value)]);
  return entries.length > 0 ? (Object.fromEntries(entries) as Record<string, SdkAttribute>) : undefined;
}

function toSdkAttribute(type: string, value: string): SdkAttribute {
  return type.split('.')[0] === 'Binary'
    ? { DataType: type, BinaryValue: Buffer.from(value, 'base64') }
    : { DataType: type, StringValue: value };
}
