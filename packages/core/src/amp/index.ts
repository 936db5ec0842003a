export {
  type AutocastDType,
  type AutocastOptions,
  autocast,
  clearAutocastCache,
  getAutocastDtype,
  isAutocastAvailable,
  isAutocastEnabled,
} from './autocast.js';
export { type CustomForwardOptions, customBwd, customFwd } from './customFunction.js';
