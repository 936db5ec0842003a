import { isAutocastAvailable, isAutocastEnabled } from '../amp/autocast.js';
import type { Device, DeviceType } from '../tensor/dtype.js';

/** Whether operators on this device choose their dtype; never where there is no autocast for it. */
export function isAutocasting(device: Device): boolean {
  const [type] = device.split(':') as [DeviceType];
  return isAutocastAvailable(type) && isAutocastEnabled(type);
}
