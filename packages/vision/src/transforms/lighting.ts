import { checkAbove0 } from './checks.js';
import { defineTransform } from './defineTransform.js';
import { logUniform, uniform } from './draws.js';
import { order } from './randTransform.js';

/** Makes the image brighter above 0.5, darker below: `change` is what becomes of a mean grey. */
export const brightness = defineTransform<{ readonly change: number }>({
  name: 'brightness',
  order: order.lighting,
  defaults: { change: 0.5 },
  draws: { change: uniform },
  apply: (draft, { change }) => {
    if (!(change > 0 && change < 1)) {
      throw new RangeError(`brightness: change must lie between 0 and 1, got ${change}`);
    }
    draft.lighting((logits) => logits.add(Math.log(change / (1 - change))));
  },
});

/** Above 1, moves pixels away from a mean grey; below, towards it. */
export const contrast = defineTransform<{ readonly scale: number }>({
  name: 'contrast',
  order: order.lighting,
  defaults: { scale: 1 },
  draws: { scale: logUniform },
  apply: (draft, { scale }) => {
    checkAbove0('contrast: scale', scale);
    draft.lighting((logits) => logits.mul(scale));
  },
});
