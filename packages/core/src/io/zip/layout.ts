/*
 * The records of a zip archive, by PKWARE's APPNOTE.TXT: the bytes of their fixed parts, and what
 * they begin with. All numbers are little-endian.
 */

export const LOCAL_HEADER = 30;
export const CENTRAL_HEADER = 46;
export const END_RECORD = 22;
export const END_RECORD_64 = 56;
export const LOCATOR_64 = 20;

export const Signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

export const Method = { stored: 0, deflated: 8 } as const;

/** The extra field with sizes and offsets of 64 bits. */
export const ZIP64_FIELD = 1;

/** What stands in a field of 16 or 32 bits whose value is in a ZIP64 record. */
export const SATURATED_16 = 0xffff;
export const SATURATED_32 = 0xffffffff;
