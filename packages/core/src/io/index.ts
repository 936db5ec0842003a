export {
  type LoadOptions,
  load,
  loadFile,
  SafetensorsFile,
  safeOpen,
  save,
  saveFile,
} from './safetensors.js';
export { SafetensorsError } from './safetensorsHeader.js';
